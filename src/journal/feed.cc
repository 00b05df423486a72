#include "src/journal/feed.h"

#include <algorithm>
#include <set>

namespace spanhold::journal {

std::vector<std::vector<RequestSink*>> GroupIntoFeeds(
    const std::vector<std::vector<RequestSink*>>& routes) {
  std::vector<std::vector<RequestSink*>> feeds;
  for (const std::vector<RequestSink*>& route : routes) {
    std::set<RequestSink*> joined(route.begin(), route.end());
    const auto touches = [&](const std::vector<RequestSink*>& feed) {
      return std::any_of(feed.begin(), feed.end(),
                         [&](RequestSink* sink) { return joined.contains(sink); });
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
