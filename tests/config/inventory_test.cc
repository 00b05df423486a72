#include "src/config/inventory.h"

#include <gmock/gmock.h>

#include "tests/config/sample_config.h"

namespace spanhold::config {
namespace {

TEST(InventoryTest, ListsEveryKeyWithTypeAndDefault) {
  SampleConfig config;
  Inventory inventory;

  config.Describe(inventory);

  std::string listed;
  for (const InventoryEntry& entry : inventory.entries()) {
    listed += entry.path + " | " + entry.type + " | " + entry.default_value + " | " + entry.help +
              " | " + entry.refused + "\n";
  }
  EXPECT_EQ(listed, R"(enabled | true or false | true | whether it runs | 
count | whole number | 10 | how many | 
offset | whole number | 0 |  | 
ratio | number | 0.5 | part of the whole | 
name | text | otlp | what it is called | 
token | secret text | "" | what lets it in | 
timeout | duration | 5s | longest wait | 
max_size | size | 64MiB | largest piece | 
words | list of texts | [a, "b c"] | some words | 
headers | map of texts | {} | sent along | 
mode | fast, safe | fast | how | 
retry | section |  | when it fails | 
retry.interval | duration | 200ms | first wait | 
rotation | optional section |  | new files | 
rotation.max_backups | whole number | 100 | files kept | 
items | list of sections |  | places | 
items[].host | text | localhost | name or address | 
items[].port | whole number | 8888 | TCP port | 
storage |  |  |  | there is no storage; remove it
)");
  EXPECT_TRUE(config.items.empty());
}

}  // namespace
}  // namespace spanhold::config
