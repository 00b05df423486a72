#include "tests/config/compatibility_table.h"

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>

#include "src/config/inventory.h"
#include "src/config/service_config.h"

namespace spanhold::config {
namespace {

std::string Trim(std::string text) {
  const size_t begin = text.find_first_not_of(" `");
  const size_t end = text.find_last_not_of(" `");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// The cells of "| a | b |"; "\|" is a "|" inside of one. Only the first three lose their backquotes.
std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '|') {
      cells.emplace_back();
    } else {
      i += line.compare(i, 2, "\\|") == 0 ? 1 : 0;
      cells.back() += line[i];
    }
  }
  cells.pop_back();
  return cells;
}

std::string Strip(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

class Comparison {
 public:
  explicit Comparison(const std::vector<CompatibilityRow>& rows) : rows_(rows) {}

  // `section` is the component's: "exporters.file".
  void Compare(const std::string& section, const std::vector<InventoryEntry>& entries) {
    for (const InventoryEntry& entry : entries) {
      if (entry.type == "section") {
        continue;
      }
      const CompatibilityRow* row = Find(section, entry.path);
      if (row == nullptr) {
        differences_.push_back(section + "." + entry.path + ": is missing");
      } else {
        CompareRow(*row, entry);
      }
    }
  }

  std::vector<std::string> Differences() {
    for (const CompatibilityRow& row : rows_) {
      if (used_.count(&row) == 0) {
        Differ(row, "no component has this key");
      }
    }
    return differences_;
  }

 private:
  const CompatibilityRow* Find(const std::string& section, const std::string& key) {
    const size_t dot = key.find('.');
    for (const CompatibilityRow& row : rows_) {
      const bool is_own = row.section == section && row.key == key;
      const bool is_shared = dot != std::string::npos && row.section == key.substr(0, dot) &&
                             row.key == key.substr(dot + 1);
      if (is_own || is_shared) {
        used_.insert(&row);
        return &row;
      }
    }
    return nullptr;
  }

  void CompareRow(const CompatibilityRow& row, const InventoryEntry& entry) {
    if (entry.refused.empty()) {
      if (row.status != "supported" && row.status != "other default" && row.status != "added") {
        Differ(row, "is supported, not " + row.status);
      } else if (row.default_value != entry.default_value) {
        Differ(row, "the default is " + entry.default_value + ", not " + row.default_value);
      }
    } else if (row.status != "refused") {
      Differ(row, "is refused, not " + row.status);
    } else if (row.note != entry.refused) {
      Differ(row, "the reason is: " + entry.refused);
    }
  }

  void Differ(const CompatibilityRow& row, const std::string& what) {
    differences_.push_back("line " + std::to_string(row.line) + ": " + row.section + "." + row.key +
                           ": " + what);
  }

  const std::vector<CompatibilityRow>& rows_;
  std::set<const CompatibilityRow*> used_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<CompatibilityRow> ParseCompatibility(std::string_view page) {
  std::vector<CompatibilityRow> rows;
  std::istringstream stream{std::string(page)};
  std::string section;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.compare(0, 3, "## ") == 0) {
      section = line.substr(3);
    }
    if (line.compare(0, 3, "| `") != 0) {
      continue;
    }
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() == 4) {
      rows.push_back(
          {number, section, Trim(cells[0]), Trim(cells[1]), Trim(cells[2]), Strip(cells[3])});
    }
  }
  return rows;
}

std::vector<std::string> CompareCompatibility(const std::vector<CompatibilityRow>& rows,
                                              const std::vector<ComponentType>& types) {
  Comparison comparison(rows);
  for (const ComponentType& type : types) {
    const std::unique_ptr<ComponentConfig> config = type.make_config();
    Inventory inventory;
    config->Describe(inventory);
    comparison.Compare(std::string(SectionName(type.kind)) + "." + type.names.front(),
                       inventory.entries());
  }
  ServiceSettings settings;
  Inventory inventory;
  settings.Describe(inventory);
  comparison.Compare("service", inventory.entries());
  return comparison.Differences();
}

}  // namespace spanhold::config
