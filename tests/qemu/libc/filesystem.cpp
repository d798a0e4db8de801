/* Files as a C++ program has them. What it makes it removes again. */
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <thread>

namespace fs = std::filesystem;

static void make()
{
    std::cout << fs::create_directories("w/a/b") << "\n";
    std::ofstream("w/a/x.txt") << "hello " << 3.25 << "\n";
    std::cout << fs::copy_file("w/a/x.txt", "w/a/b/y.txt") << "\n";
    fs::create_symlink("x.txt", "w/a/soft");
    fs::create_hard_link("w/a/x.txt", "w/a/hard");
}

static void look()
{
    std::set<std::string> names;
    for (auto &entry : fs::recursive_directory_iterator("w"))
        names.insert(entry.path().string() + (entry.is_directory() ? "/" : ""));
    for (auto &name : names)
        std::cout << name << "\n";
    std::cout << fs::file_size("w/a/b/y.txt") << " " << fs::hard_link_count("w/a/x.txt") << " "
              << fs::read_symlink("w/a/soft") << "\n";
    std::cout << fs::exists("w/none") << fs::is_empty("w") << fs::equivalent("w/a/x.txt", "w/a/hard")
              << fs::canonical("w/a/../a/soft").filename() << "\n";
}

static void change()
{
    std::string line;
    fs::resize_file("w/a/x.txt", 3);
    std::getline(std::ifstream("w/a/hard") >> std::ws, line);
    std::cout << line << "\n";
    fs::permissions("w/a/x.txt", fs::perms::owner_all);
    fs::last_write_time("w/a/x.txt", fs::file_time_type::clock::now());
    fs::rename("w/a/b/y.txt", "w/z.txt");
    auto before = fs::current_path();
    fs::current_path("w/a");
    std::cout << fs::current_path().filename() << "\n";
    fs::current_path(before);
}

int main()
{
    make();
    look();
    change();
    try {
        fs::remove("w");
    } catch (const fs::filesystem_error &error) {
        std::cout << error.code().message() << "\n";
    }
    std::cout << fs::remove_all("w") << "\n";
    std::random_device random;
    std::cout << (random() != random()) << "\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}
