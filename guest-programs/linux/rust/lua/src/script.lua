-- Numbers of both kinds, strings, tables, closures, coroutines, errors.

local state = 1
local function random(limit)
  state = (state * 1103515245 + 12345) & 0x7fffffff
  return state % limit
end

local function sieve(limit)
  local composite, count = {}, 0
  for n = 2, limit do
    if not composite[n] then
      count = count + 1
      for multiple = n * n, limit, n do composite[multiple] = true end
    end
  end
  return count
end

local function sorted(count)
  local list = {}
  for i = 1, count do list[i] = random(1000000) / 8 end
  table.sort(list, function(a, b) return a > b end)
  return list[1], list[count // 2], list[count]
end

local function words(count)
  local seen, order = {}, {}
  for _ = 1, count do
    local word = string.char(97 + random(26), 97 + random(3), 97 + random(26))
    if not seen[word] then order[#order + 1] = word end
    seen[word] = (seen[word] or 0) + 1
  end
  table.sort(order, function(a, b)
    if seen[a] ~= seen[b] then return seen[a] > seen[b] end
    return a < b
  end)
  return #order, order[1], seen[order[1]]
end

local Point = {}
Point.__index = Point
Point.__add = function(a, b) return setmetatable({x = a.x + b.x, y = a.y + b.y}, Point) end
Point.__tostring = function(p) return string.format("(%.3f, %.3f)", p.x, p.y) end

local function walk(steps)
  local at = setmetatable({x = 0, y = 0}, Point)
  for i = 1, steps do
    at = at + setmetatable({x = math.cos(i) / i, y = math.sin(i) / i}, Point)
  end
  return tostring(at)
end

local function generate(limit)
  return coroutine.wrap(function()
    local a, b = 0, 1
    while a < limit do
      coroutine.yield(a)
      a, b = b, a + b
    end
  end)
end

print("primes", sieve(size * 20))
print("sorted", sorted(size * 2))
print("words", words(size * 4))
print("walk", walk(size * 4))
local sum = 0
for n in generate(size * 1e9) do sum = sum + n end
print("fibonacci", sum)
print(string.format("%5.2f|%-8s|%08x|%q|%g", 3.14159, "left", 48879, "a\nb", 1e100))
print(("key=value, other=thing"):gsub("(%w+)=(%w+)", "%2=%1"))
for name, value in ("a=1, b=2.5"):gmatch("(%a)=([%d.]+)") do io.write(name, ":", value * 2, " ") end
print(#("x"):rep(size), ("reverse"):reverse(), ("utf8: \u{20ac}"):byte(-1), utf8.len("größe"))
print(7 // 2, -7 // 2, 7 % -3, 7.5 // 2, 1 / 0, -1 / 0, 2 ^ 0.5, 1 << 62, 3 | 4.0)
print(math.tointeger(3.0), 10 // 0.0, math.maxinteger + 1 == math.mininteger, 0.1 + 0.2)
print(pcall(error, {code = 5}), select(2, pcall(error, "plain", 0)))
print(select(2, pcall(function() local t = nil; return t.field end)))
print((select(2, pcall(fails)) ~= nil), twice(1.25))
print(string.pack("<i4d", 7, 0.5):byte(1, -1))
collectgarbage()
print(collectgarbage("count") < 20000, os.time() > 0, os.date("!%Y-%m-%d", 86400))
