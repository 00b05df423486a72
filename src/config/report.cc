#include "src/config/report.h"

#include <algorithm>
#include <tuple>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

namespace spanhold::config {
namespace {

std::string Line(const Position& where, std::string_view path, std::string_view message) {
  std::string line = where.ToString();
  line += line.empty() ? "" : ": ";
  line += path;
  line += path.empty() ? "" : ": ";
  return line.append(message);
}

}  // namespace

std::string Position::ToString() const {
  return line > 0 ? file + ":" + std::to_string(line) : file;
}

void Report::Error(const Position& where, std::string_view path, std::string_view message) {
  if (++error_count_ <= kMaxProblems) {
    errors_.push_back({where, Line(where, path, message)});
  }
}

void Report::Warn(const Position& where, std::string_view path, std::string_view message) {
  if (warnings_.size() < kMaxProblems) {
    warnings_.push_back({where, Line(where, path, message)});
  }
}

std::vector<std::string> Report::Ordered(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) <
           std::tie(b.where.file, b.where.line, b.where.column);
  });
  std::vector<std::string> lines;
  for (Problem& problem : problems) {
    // One value used in several places (a YAML anchor) is one mistake.
    if (std::find(lines.begin(), lines.end(), problem.text) == lines.end()) {
      lines.push_back(std::move(problem.text));
    }
  }
  return lines;
}

std::vector<std::string> Report::Errors() const {
  std::vector<std::string> lines = Ordered(errors_);
  if (error_count_ > kMaxProblems) {
    lines.push_back(absl::StrCat("and ", error_count_ - kMaxProblems, " more errors"));
  }
  return lines;
}

std::vector<std::string> Report::Warnings() const {
  return Ordered(warnings_);
}

Status Report::ToStatus() const {
  return ok() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(Errors(), "\n"));
}

}  // namespace spanhold::config
