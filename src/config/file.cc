#include "src/config/file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "src/config/node.h"

namespace spanhold::config {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Status Unreadable() {
  return absl::NotFoundError("cannot be read: " + std::generic_category().message(errno));
}

}  // namespace

StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return Unreadable();
  }
  std::string text(kMaxTextBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return std::ferror(file.get()) != 0 ? Unreadable() : StatusOr<std::string>(std::move(text));
}

}  // namespace spanhold::config
