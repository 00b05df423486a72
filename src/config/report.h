#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/core/status.h"

namespace spanhold::config {

// A place in a configuration source. `file` is what the user called it: a path, "--set a.b=c".
struct Position {
  std::string file;
  int line = 0;  // from 1; 0: the whole source
  int column = 0;

  // "config.yaml:12".
  std::string ToString() const;
};

// What is wrong with a configuration: everything at once, so that it takes one round to mend, up to
// kMaxProblems errors and as many warnings.
//
// Threading: thread-compatible.
class Report {
 public:
  static constexpr size_t kMaxProblems = 100;

  // `path` is the key's ("exporters.otlp.timeout"), or empty.
  void Error(const Position& where, std::string_view path, std::string_view message);
  void Warn(const Position& where, std::string_view path, std::string_view message);

  bool ok() const { return error_count_ == 0; }
  size_t error_count() const { return error_count_; }
  // Further errors are only counted.
  bool full() const { return error_count_ >= kMaxProblems; }

  // "config.yaml:12: exporters.otlp.timeout: message", ordered by file and line.
  std::vector<std::string> Errors() const;
  std::vector<std::string> Warnings() const;

  // OK, or kInvalidArgument with one error a line.
  Status ToStatus() const;

 private:
  struct Problem {
    Position where;
    std::string text;
  };
  static std::vector<std::string> Ordered(std::vector<Problem> problems);

  size_t error_count_ = 0;
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
};

}  // namespace spanhold::config
