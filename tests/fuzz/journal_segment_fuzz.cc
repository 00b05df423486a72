// A segment with any bytes in it: the reader ends, tells of every byte that is no good entry, and
// reads back what it accepts.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/check.h"
#include "src/journal/releases.h"
#include "src/journal/segment_reader.h"
#include "tests/support/fake_file_system.h"

namespace spanhold::journal {
namespace {

constexpr uint64_t kSalt = 1;

// The fuzzer cannot guess checksums: each 'E', a length byte and that many bytes become an entry.
std::string WithEntries(std::string_view input) {
  std::string bytes = EncodeSegmentHeader({kSalt, 1, {{"traces", "a"}}, {{0}}});
  uint64_t sequence = 1;
  while (!input.empty()) {
    const char kind = input.front();
    input.remove_prefix(1);
    if (kind != 'E' || input.empty()) {
      bytes.push_back(kind);
      continue;
    }
    const size_t size = static_cast<unsigned char>(input.front());
    const std::string_view payload = input.substr(1, size);
    input.remove_prefix(1 + payload.size());
    AppendEntryHeader(
        {sequence++, Checksum(payload, kSalt), static_cast<uint32_t>(payload.size()), 0, 1}, kSalt,
        bytes);
    bytes += payload;
  }
  return bytes;
}

void Read(const std::string& content) {
  FakeFileSystem files;
  files.Put("/s", content);
  files.Put("/r", content);
  const auto reader = SegmentReader::Open(files, "/s");
  if (!reader.ok()) {
    return;
  }
  SPANHOLD_CHECK(Releases::Read(files, "/r", (*reader)->header().salt).ok());
  uint64_t told = (*reader)->header_size();
  for (;;) {
    const auto entry = (*reader)->Next();
    SPANHOLD_CHECK(entry.ok());
    if (!*entry) {
      break;
    }
    const auto payload = (*reader)->Payload();
    SPANHOLD_CHECK(payload.ok());
    if (*payload) {
      SPANHOLD_CHECK((*payload)->size() == (*entry)->payload_size);
      told += kEntryHeaderSize + (*payload)->size();
    }
  }
  for (const Damage& damage : (*reader)->TakeDamage()) {
    told += damage.size;
  }
  SPANHOLD_CHECK(told == content.size());
}

}  // namespace
}  // namespace spanhold::journal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  spanhold::journal::Read(input);
  spanhold::journal::Read(spanhold::journal::WithEntries(input));
  return 0;
}
