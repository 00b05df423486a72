#include "src/config/available_memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "src/config/file.h"

namespace spanhold::config {
namespace {

// The number in a file; `otherwise` when there is none ("max", no such file).
uint64_t ReadNumber(const std::string& path, uint64_t otherwise) {
  const StatusOr<std::string> text = ReadFile(path);
  uint64_t number = otherwise;
  if (text.ok()) {
    std::from_chars(text->data(), text->data() + text->size(), number);
  }
  return number;
}

// The process's path in the hierarchy whose line of /proc/self/cgroup has `controllers` between its
// colons: "0::/a/b" or "9:memory:/a/b" (cgroups(7)). Empty when there is none.
std::string CgroupPath(const std::string& root, std::string_view controllers) {
  const StatusOr<std::string> text = ReadFile(root + "proc/self/cgroup");
  std::string_view rest = text.ok() ? std::string_view(*text) : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second != std::string_view::npos &&
        line.substr(first + 1, second - first - 1) == controllers) {
      return std::string(line.substr(second + 1));
    }
  }
  return "";
}

// The smallest limit on the way from `path` up to the root of the hierarchy at `mount`. A container
// sees its own group as the root, and then only the last step finds a file.
uint64_t SmallestLimit(const std::string& mount, const std::string& path, const std::string& file,
                       uint64_t limit) {
  for (size_t slash = path.size(); slash != std::string::npos && slash > 0;
       slash = path.find_last_of('/', slash - 1)) {
    std::string name = mount + path.substr(0, slash);
    name.append("/").append(file);
    limit = std::min(limit, ReadNumber(name, limit));
  }
  return std::min(limit, ReadNumber(mount + "/" + file, limit));
}

}  // namespace

uint64_t AvailableMemory(const std::string& root) {
  uint64_t limit = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                   static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE));
  limit = SmallestLimit(root + "sys/fs/cgroup", CgroupPath(root, ""), "memory.max", limit);
  return SmallestLimit(root + "sys/fs/cgroup/memory", CgroupPath(root, "memory"),
                       "memory.limit_in_bytes", limit);
}

}  // namespace spanhold::config
