// The main of a fuzz target where libFuzzer is absent: it replays the files and folders it is given, so that the
// seeds and every input that once broke something stay tests in each preset.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  const std::vector<char> content{std::istreambuf_iterator<char>{stream}, {}};
  const std::vector<std::uint8_t> bytes{content.begin(), content.end()};
  std::cerr << "replaying " << file.string() << '\n';
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

} // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      replay(argv[i]);
      ++count;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator{argv[i]}) {
      replay(entry.path());
      ++count;
    }
  }
  std::cerr << count << " inputs\n";
  if (count == 0)
    std::cerr << "nothing to replay: a fuzz target needs at least one seed in tests/fuzz/corpus\n";
  return count == 0 ? 1 : 0;
}
