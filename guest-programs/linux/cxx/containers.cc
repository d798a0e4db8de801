// The standard library's containers, algorithms and numbers, and the order of static objects.
#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <chrono>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <iostream>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <ranges>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace {

struct Announced {
    const char *name;
    explicit Announced(const char *name) : name(name) { std::cout << "made " << name << '\n'; }
    ~Announced() { std::cout << "gone " << name << '\n'; }
};

Announced first("first");
Announced second("second");

Announced &on_use()
{
    static Announced late("on use");
    return late;
}

template <typename Range> void print(std::string_view name, Range &&range)
{
    std::cout << name << ':';
    for (const auto &each : range)
        std::cout << ' ' << each;
    std::cout << '\n';
}

void sequences()
{
    std::mt19937 random(42);
    std::vector<int> numbers(2000);
    std::generate(numbers.begin(), numbers.end(), [&] { return random() % 10000; });
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    std::cout << numbers.size() << ' ' << *std::lower_bound(numbers.begin(), numbers.end(), 5000) << '\n';
    std::deque<double> deque;
    for (int i = 0; i < 20; i++)
        i % 2 ? deque.push_front(i / 4.0) : deque.push_back(i / 8.0);
    std::nth_element(deque.begin(), deque.begin() + 10, deque.end());
    std::cout << deque[10] << ' ' << std::accumulate(deque.begin(), deque.end(), 0.0) << '\n';
    std::list<std::string> words{"delta", "alpha", "charlie", "bravo"};
    words.sort();
    words.splice(words.begin(), words, std::prev(words.end()));
    print("list", words);
    std::forward_list<int> single{3, 1, 2};
    single.reverse();
    print("forward_list", single);
    std::priority_queue<std::pair<double, int>> queue;
    for (int i = 0; i < 50; i++)
        queue.emplace(random() % 1000 / 7.0, i);
    std::cout << queue.top().first << ' ' << queue.top().second << '\n';
    auto squares = std::views::iota(1, 20) | std::views::filter([](int n) { return n % 3 == 1; }) |
                   std::views::transform([](int n) { return n * n; });
    print("ranges", squares);
    std::stable_partition(numbers.begin(), numbers.end(), [](int n) { return n % 2 == 0; });
    std::cout << numbers.front() << ' ' << numbers.back() << ' '
              << std::inner_product(numbers.begin(), numbers.end(), numbers.rbegin(), 0L) << '\n';
}

void associations()
{
    std::map<std::string, std::vector<int>> map;
    std::unordered_map<std::string, double> hashed;
    for (int i = 0; i < 5000; i++) {
        std::string key = "k" + std::to_string(i * 7919 % 257);
        map[key].push_back(i);
        hashed[key] += 1.0 / (i + 1);
    }
    double sum = 0;
    for (const auto &[key, list] : map)
        sum += hashed.at(key) * list.size();
    std::cout << map.size() << ' ' << map.begin()->first << ' ' << sum << '\n';
    std::multiset<char> letters{'m', 'i', 's', 's', 'i', 's', 's', 'i', 'p', 'p', 'i'};
    print("multiset", letters);
    std::unordered_set<long> seen;
    long n = 27;
    while (seen.insert(n).second)
        n = n % 2 ? 3 * n + 1 : n / 2;
    std::cout << seen.size() << ' ' << std::bitset<16>(40503) << '\n';
}

void random_numbers()
{
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(10, 2.5);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::poisson_distribution<int> poisson(4.5);
    double mean = 0;
    float least = 1;
    int events = 0;
    for (int i = 0; i < 3000; i++) {
        mean += normal(random) / 3000;
        least = std::min(least, uniform(random));
        events += poisson(random);
    }
    std::cout << mean << ' ' << least << ' ' << events << '\n';
}

void text()
{
    std::array<char, 64> bytes;
    for (double value : {0.1, 1e23, -2.5e-8, 5e-324}) {
        auto end = std::to_chars(bytes.begin(), bytes.end(), value).ptr;
        std::string_view text(bytes.data(), end - bytes.data());
        double back = 0;
        std::from_chars(text.begin(), text.end(), back);
        std::cout << text << ' ' << (back == value) << '\n';
    }
    std::regex pattern(R"((\w+)\s*=\s*([0-9.]+))");
    std::string line = "width = 12.5, height=3";
    for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end; ++match)
        std::cout << (*match)[1] << " -> " << std::stod((*match)[2]) << '\n';
    std::cout << std::regex_replace(line, std::regex("[aeiou]"), "<$&>") << '\n';
}

void files(const std::filesystem::path &base)
{
    namespace fs = std::filesystem;
    std::cout << fs::create_directories(base / "x" / "y") << fs::exists(base / "x") << '\n';
    fs::rename(base / "x" / "y", base / "z");
    std::set<std::string> names;
    for (const auto &entry : fs::recursive_directory_iterator(base))
        names.insert(entry.path().filename());
    print("entries", names);
    std::error_code code;
    fs::remove(base / "x", code);
    std::cout << code.value() << ' ' << fs::is_directory(base / "z") << ' '
              << fs::file_size(base / "none", code) << ' ' << code.message() << '\n';
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    sequences();
    on_use();
    associations();
    random_numbers();
    text();
    files(argv[1]);
    auto shared = std::make_shared<Announced>("shared");
    std::weak_ptr<Announced> weak = shared;
    std::cout << shared.use_count() << weak.expired();
    shared.reset();
    std::cout << weak.expired() << '\n';
    auto start = std::chrono::steady_clock::now();
    std::optional<std::tuple<int, double>> maybe = std::tuple(1, 2.5);
    std::cout << std::get<1>(*maybe) << ' ' << (std::chrono::steady_clock::now() >= start) << '\n';
    std::exit(5);
}
