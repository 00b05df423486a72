#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/core/status.h"

namespace spanhold::debug {

// The places of `output_paths` that text goes to.
//
// Threading: Interrupt() is thread-safe, the rest bound to one thread at a time.
class Output {
 public:
  explicit Output(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Opens the files; an error says which one and why.
  Status Open();

  // Writes `text` to each place, waiting while its reader is slow. Returns the first error, having
  // tried them all.
  Status Write(std::string_view text);

  // Ends a Write() that waits for a reader, and all later ones, with kCancelled.
  void Interrupt();

 private:
  struct Stream {
    std::string name;
    int descriptor;
    bool owned;  // to be closed
  };

  Status WriteTo(const Stream& stream, std::string_view text) const;
  Status WaitFor(const Stream& stream) const;

  const std::vector<std::string> paths_;
  std::vector<Stream> streams_;
  int interrupt_ = -1;  // an eventfd, readable once interrupted
};

}  // namespace spanhold::debug
