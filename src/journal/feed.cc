#include "src/journal/feed.h"

#include <algorithm>
#include <set>

namespace spanhold::journal {

std::vector<std::vector<Worker*>> GroupIntoFeeds(const std::vector<std::vector<Worker*>>& routes) {
  std::vector<std::vector<Worker*>> feeds;
  for (const std::vector<Worker*>& route : routes) {
    std::set<Worker*> joined(route.begin(), route.end());
    const auto touches = [&](const std::vector<Worker*>& feed) {
      return std::any_of(feed.begin(), feed.end(),
                         [&](Worker* worker) { return joined.contains(worker); });
    };
    // Those it touches are disjoint, so that taking one in makes it touch no further one.
    for (auto feed = feeds.begin(); feed != feeds.end();) {
      if (touches(*feed)) {
        joined.insert(feed->begin(), feed->end());
        feed = feeds.erase(feed);
      } else {
        ++feed;
      }
    }
    feeds.emplace_back(joined.begin(), joined.end());
  }
  return feeds;
}

}  // namespace spanhold::journal
