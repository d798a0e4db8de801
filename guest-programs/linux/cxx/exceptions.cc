// Exceptions: across frames with destructors, nested, rethrown, kept, and not caught.
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <variant>
#include <vector>

namespace {

int alive = 0;
char *volatile memory;
volatile size_t impossible = size_t{1} << 62;

struct Counted {
    Counted() { alive++; }
    Counted(const Counted &) { alive++; }
    ~Counted() { alive--; }
};

struct Base {
    virtual ~Base() = default;
    virtual double area() const { return 0; }
};

struct Left : virtual Base {
    double side = 1.5;
};

struct Right : virtual Base, std::runtime_error {
    Right() : std::runtime_error("right") {}
    double area() const override { return 2.25; }
};

struct Both : Left, Right {};

// A frame with a destructor at each depth, and doubles that live across the throw.
double descend(int depth, double scale)
{
    Counted counted;
    if (depth == 0)
        throw std::out_of_range("depth " + std::to_string(scale));
    double kept = scale * 1.25;
    double deeper = descend(depth - 1, kept);
    return kept + deeper;
}

void across_frames()
{
    double before = 0.5;
    for (int depth : {0, 1, 10, 500})
        try {
            before += descend(depth, 1.0 / (depth + 1));
        } catch (const std::logic_error &error) {
            std::cout << depth << ": " << error.what() << ", " << alive << " alive, " << before << '\n';
        }
}

void by_type()
{
    const std::function<void()> throwers[] = {
        [] { throw 42; },
        [] { throw 2.5; },
        [] { throw "text"; },
        [] { throw Both(); },
        [] { throw std::make_unique<int>(7); },
        [] { std::vector<int>(3).at(5); },
        [] { static_cast<void>(std::stoi("x")); },
        [] { static_cast<void>(dynamic_cast<const Both &>(static_cast<const Base &>(Left()))); },
        [] { static_cast<void>(std::get<int>(std::variant<int, double>(1.5))); },
        [] { memory = new char[impossible]; },
    };
    for (const auto &thrower : throwers)
        try {
            thrower();
        } catch (int number) {
            std::cout << "int " << number << '\n';
        } catch (double number) {
            std::cout << "double " << number << '\n';
        } catch (const Base &base) {
            std::cout << "base of " << base.area() << '\n';
        } catch (const std::bad_cast &) {
            std::cout << "bad cast\n";
        } catch (const std::bad_alloc &) {
            std::cout << "bad alloc\n";
        } catch (const std::exception &error) {
            std::cout << error.what() << '\n';
        } catch (const char *text) {
            std::cout << text << '\n';
        } catch (...) {
            std::cout << "something else\n";
        }
}

void load(int level)
{
    try {
        if (level == 0)
            throw std::invalid_argument("the cause");
        load(level - 1);
    } catch (...) {
        std::throw_with_nested(std::runtime_error("level " + std::to_string(level)));
    }
}

void tell(const std::exception &error, int depth)
{
    std::cout << std::string(depth, ' ') << error.what() << '\n';
    try {
        std::rethrow_if_nested(error);
    } catch (const std::exception &inner) {
        tell(inner, depth + 1);
    }
}

void nested()
{
    try {
        load(3);
    } catch (const std::exception &error) {
        tell(error, 0);
    }
}

void kept()
{
    std::exception_ptr pointer;
    try {
        Counted counted;
        throw std::string("kept");
    } catch (...) {
        pointer = std::current_exception();
    }
    for (int i = 0; i < 2; i++)
        try {
            std::rethrow_exception(pointer);
        } catch (std::string &text) {
            std::cout << text << ' ' << alive << '\n';
            text += " and changed";
        }
    try {
        try {
            throw Both();
        } catch (Left &left) {
            left.side = 9;
            throw;
        }
    } catch (const Both &both) {
        std::cout << both.side << ' ' << both.what() << '\n';
    }
}

// Tells how many exceptions are on their way while it is destroyed.
struct Watcher {
    ~Watcher()
    {
        std::cout << "unwinding " << std::uncaught_exceptions() << '\n';
        try {
            throw 1;
        } catch (int) {
        }
    }
};

struct Half {
    Counted whole;
    Half() try : whole() {
        throw std::runtime_error("in a constructor");
    } catch (const std::runtime_error &) {
        std::cout << "half made, " << alive << " alive\n";
    }
};

void unusual()
{
    try {
        Watcher watcher;
        throw 5;
    } catch (int) {
    }
    try {
        Half half;
    } catch (const std::exception &error) {
        std::cout << error.what() << '\n';
    }
    long sum = 0;
    for (int i = 0; i < 2000; i++)
        try {
            if (i % 3 == 0)
                throw i;
            sum += 1;
        } catch (int thrown) {
            sum += thrown;
        }
    std::cout << sum << '\n';
}

void escape()
{
    throw std::runtime_error("not caught");
}

} // namespace

int main()
{
    across_frames();
    by_type();
    nested();
    kept();
    unusual();
    std::set_terminate([] {
        std::cout << "terminated, " << alive << " alive" << std::endl;
        std::_Exit(3);
    });
    []() noexcept { escape(); }();
}
