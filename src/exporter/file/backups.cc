#include "src/exporter/file/backups.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>

namespace spanhold::file {
namespace {

constexpr std::string_view kShape = "0000-00-00T00-00-00.000";  // 0: a digit
constexpr Duration kDay = std::chrono::hours(24);

std::string FormatTime(WallTime time, bool localtime) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - whole).count();
  const auto seconds = static_cast<std::time_t>(whole.time_since_epoch().count());
  std::tm parts{};
  localtime ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d-%02d-%02d.%03d",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, static_cast<int>(millis));
  return text.data();
}

int Number(std::string_view text, size_t begin, size_t size) {
  int number = 0;
  std::from_chars(text.data() + begin, text.data() + begin + size, number);
  return number;
}

std::optional<WallTime> ParseTime(std::string_view text, bool localtime) {
  const auto fits = [](char c, char shape) {
    return shape == '0' ? c >= '0' && c <= '9' : c == shape;
  };
  if (text.size() != kShape.size() || !std::equal(text.begin(), text.end(), kShape.begin(), fits)) {
    return std::nullopt;
  }
  std::tm parts{};
  parts.tm_year = Number(text, 0, 4) - 1900;
  parts.tm_mon = Number(text, 5, 2) - 1;
  parts.tm_mday = Number(text, 8, 2);
  parts.tm_hour = Number(text, 11, 2);
  parts.tm_min = Number(text, 14, 2);
  parts.tm_sec = Number(text, 17, 2);
  parts.tm_isdst = -1;
  const std::time_t seconds = localtime ? mktime(&parts) : timegm(&parts);
  return WallTime(std::chrono::seconds(seconds) + std::chrono::milliseconds(Number(text, 20, 3)));
}

}  // namespace

Backups::Backups(std::string_view path, const RotationConfig& config) : config_(config) {
  const std::filesystem::path whole(path);
  directory_ = whole.has_parent_path() ? whole.parent_path().string() : ".";
  prefix_ = whole.stem().string() + "-";
  extension_ = whole.extension().string();
}

std::string Backups::PathAt(WallTime time) const {
  const std::string name = prefix_ + FormatTime(time, config_.localtime) + extension_;
  return (std::filesystem::path(directory_) / name).string();
}

std::vector<std::string> Backups::Expired(const std::vector<std::string>& names,
                                          WallTime now) const {
  std::vector<std::string> backups;
  for (const std::string& name : names) {
    if (TimeOf(name)) {
      backups.push_back(name);
    }
  }
  // Newest first: the time in a name has a fixed width.
  std::sort(backups.begin(), backups.end(), std::greater<>());

  std::vector<std::string> expired;
  for (size_t i = 0; i < backups.size(); ++i) {
    const bool too_many = config_.max_backups > 0 && i >= static_cast<size_t>(config_.max_backups);
    const bool too_old =
        config_.max_days > 0 && now - *TimeOf(backups[i]) > config_.max_days * kDay;
    if (too_many || too_old) {
      expired.push_back((std::filesystem::path(directory_) / backups[i]).string());
    }
  }
  return expired;
}

std::optional<WallTime> Backups::TimeOf(std::string_view name) const {
  if (name.size() != prefix_.size() + kShape.size() + extension_.size() ||
      !name.starts_with(prefix_) || !name.ends_with(extension_)) {
    return std::nullopt;
  }
  return ParseTime(name.substr(prefix_.size(), kShape.size()), config_.localtime);
}

}  // namespace spanhold::file
