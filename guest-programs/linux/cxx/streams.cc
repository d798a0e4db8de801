// Text through streams: manipulators, states, files, locales, and reading back.
#include <cmath>
#include <complex>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Point {
    double x, y;
};

std::ostream &operator<<(std::ostream &out, const Point &point)
{
    return out << '(' << point.x << ", " << point.y << ')';
}

std::istream &operator>>(std::istream &in, Point &point)
{
    char open, comma, close;
    if (in >> open >> point.x >> comma >> point.y >> close && (open != '(' || comma != ',' || close != ')'))
        in.setstate(std::ios::failbit);
    return in;
}

void numbers()
{
    const double values[] = {0.1, -1.0 / 3, 1e100, 6.02214076e23, -0.0, 5e-324,
                             std::numeric_limits<double>::infinity()};
    for (double value : values) {
        std::cout << value << ' ' << std::setprecision(17) << value << ' ' << std::fixed
                  << std::setprecision(3) << value << ' ' << std::scientific << value << ' '
                  << std::hexfloat << value << std::defaultfloat << std::setprecision(6) << '\n';
        std::cout << std::setw(14) << std::setfill('*') << value << std::left << std::setw(14) << value
                  << '|' << std::internal << std::showpos << std::setw(14) << value << std::noshowpos
                  << std::right << std::setfill(' ') << '\n';
    }
    std::cout << std::hex << std::showbase << 48879 << ' ' << std::oct << 511 << std::dec << ' '
              << std::uppercase << std::hex << 48879 << std::nouppercase << std::dec << std::noshowbase
              << ' ' << std::boolalpha << true << ' ' << std::complex<double>(1.5, -2) << '\n';
    std::cout << static_cast<long double>(1) / 3 << ' ' << 2.5f << ' ' << -42L << ' '
              << std::to_string(2.5) << ' ' << std::stod("1e-3") << '\n';
}

void reading()
{
    std::istringstream in("12 -7 0x1f 3.5e2 word (1.5, -2.25) (3; 4) rest");
    int a, b, c;
    double d;
    std::string word, rest;
    Point point{}, wrong{};
    in >> a >> b >> std::hex >> c >> std::dec >> d >> word >> point;
    std::cout << a << ' ' << b << ' ' << c << ' ' << d << ' ' << word << ' ' << point << '\n';
    in >> wrong;
    std::cout << in.fail() << in.eof() << in.bad() << '\n';
    in.clear();
    std::getline(in, rest);
    std::cout << '<' << rest << "> " << in.eof() << '\n';
    std::istringstream list("3.5 1 2.25 x");
    std::vector<double> all{std::istream_iterator<double>(list), {}};
    std::cout << all.size() << ' ' << all.back() << '\n';
    std::string line;
    int lines = 0;
    while (std::getline(std::cin, line))
        std::cout << ++lines << ": " << line << '\n';
}

void files(const std::string &base)
{
    const std::string path = base + "/stream.txt";
    {
        std::ofstream out(path);
        for (int i = 0; i < 1000; i++)
            out << i << ' ' << std::sqrt(i) << '\n';
    }
    std::ifstream in(path);
    double sum = 0, root;
    for (int i; in >> i >> root;)
        sum += root;
    std::cout << sum << ' ' << in.eof() << '\n';
    in.clear();
    in.seekg(-12, std::ios::end);
    std::string word;
    in >> word >> word;
    std::cout << word << ' ' << in.tellg() << '\n';
    std::fstream both(path, std::ios::in | std::ios::out | std::ios::binary);
    both.seekp(10).write("0123456789", 10);
    both.seekg(5);
    char bytes[12] = {};
    both.read(bytes, 10);
    std::cout << both.gcount() << ' ' << (bytes[5] == '0') << '\n';
    std::ifstream missing(base + "/missing");
    std::cout << missing.is_open() << '\n';
    try {
        missing.exceptions(std::ios::failbit);
    } catch (const std::ios_base::failure &) {
        std::cout << "a failure is thrown\n";
    }
}

// Digits in groups of three, as no built-in locale has them.
struct Grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
};

void locales()
{
    std::ostringstream out;
    out.imbue(std::locale(out.getloc(), new Grouped));
    out << 1234567 << ' ' << std::fixed << std::setprecision(2) << 9876543.215 << ' '
        << std::put_time(std::gmtime(&static_cast<const time_t &>(86400)), "%d %b %Y");
    std::cout << out.str() << '\n';
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    numbers();
    reading();
    files(argv[1]);
    locales();
    std::clog << "to standard error\n";
    return std::cout.good() ? 0 : 1;
}
