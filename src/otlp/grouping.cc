#include "src/otlp/grouping.h"

#include <cstring>

#include <absl/container/flat_hash_map.h>

namespace spanhold::otlp {
namespace {

std::string_view ExtentBytes(HeaderRef ref, uint32_t index) {
  return ref.chunk->at(ref.chunk->header_extents[ref.header->first_extent + index]);
}

// A resource, or a scope within the resource group `parent`.
struct GroupKey {
  HeaderRef header;
  uint32_t parent = 0;

  bool operator==(const GroupKey& other) const {
    return parent == other.parent && SameBytes(header, other.header);
  }
  template <typename H>
  friend H AbslHashValue(H state, const GroupKey& key) {
    return H::combine(std::move(state), key.header.header->hash, key.parent);
  }
};

class Grouper {
 public:
  void Add(const Chunk& chunk, SpanRange range) {
    while (range.first < range.last) {
      const SpanRange run = NextRun(chunk, range);
      ScopeGroup& group = GroupOf(chunk, chunk.spans[run.first].scope);
      group.runs.push_back({&chunk, run});
      group.entry_bytes += group.runs.back().entries().size();
      range.first = run.last;
    }
  }

  std::vector<ResourceGroup> Take() { return std::move(resources_); }

 private:
  static SpanRange NextRun(const Chunk& chunk, SpanRange range) {
    uint32_t last = range.first + 1;
    while (last < range.last && chunk.spans[last].entry == chunk.spans[last - 1].message.end &&
           chunk.spans[last].scope == chunk.spans[range.first].scope) {
      ++last;
    }
    return {range.first, last};
  }

  ScopeGroup& GroupOf(const Chunk& chunk, uint32_t scope_index) {
    const Scope& scope = chunk.scopes[scope_index];
    const HeaderRef scope_header{&chunk, &scope.header};
    const HeaderRef resource_header{&chunk, &chunk.resources[scope.resource]};
    if (!last_scope_.IsFor(resource_header, scope_header)) {
      const uint32_t resource = FindResource(resource_header);
      last_scope_ = {resource_header, scope_header, resource, FindScope(resource, scope_header)};
    }
    return resources_[last_scope_.resource].scopes[last_scope_.scope];
  }

  uint32_t FindResource(HeaderRef header) {
    const auto next = static_cast<uint32_t>(resources_.size());
    const auto [found, inserted] = resource_index_.try_emplace(GroupKey{header, 0}, next);
    if (inserted) {
      resources_.push_back({header, {}});
    }
    return found->second;
  }

  uint32_t FindScope(uint32_t resource, HeaderRef header) {
    auto& scopes = resources_[resource].scopes;
    const auto next = static_cast<uint32_t>(scopes.size());
    const auto [found, inserted] = scope_index_.try_emplace(GroupKey{header, resource}, next);
    if (inserted) {
      scopes.push_back({header, 0, {}});
    }
    return found->second;
  }

  // Where the spans before went: mostly the next ones go there too.
  struct LastScope {
    HeaderRef resource_header;
    HeaderRef scope_header;
    uint32_t resource = 0;
    uint32_t scope = 0;

    bool IsFor(HeaderRef resource_ref, HeaderRef scope_ref) const {
      return scope_header.header != nullptr && SameBytes(scope_header, scope_ref) &&
             SameBytes(resource_header, resource_ref);
    }
  };

  std::vector<ResourceGroup> resources_;
  absl::flat_hash_map<GroupKey, uint32_t> resource_index_;
  absl::flat_hash_map<GroupKey, uint32_t> scope_index_;
  LastScope last_scope_;
};

}  // namespace

bool HaveSameBytes(HeaderRef a, HeaderRef b) {
  if (a.header->extent_count == 1 && b.header->extent_count == 1) {
    return ExtentBytes(a, 0) == ExtentBytes(b, 0);
  }
  // The same bytes may be cut differently: compare the longest stretches that neither cuts.
  std::string_view left;
  std::string_view right;
  uint32_t next_left = 0;
  uint32_t next_right = 0;
  for (size_t compared = 0; compared < a.header->size;) {
    if (left.empty()) {
      left = ExtentBytes(a, next_left++);
    }
    if (right.empty()) {
      right = ExtentBytes(b, next_right++);
    }
    const size_t common = std::min(left.size(), right.size());
    if (left.substr(0, common) != right.substr(0, common)) {
      return false;
    }
    left.remove_prefix(common);
    right.remove_prefix(common);
    compared += common;
  }
  return true;
}

std::vector<ResourceGroup> GroupSpans(const TraceBatch& batch) {
  Grouper grouper;
  for (const BatchPart& part : batch.parts()) {
    for (const SpanRange& range : part.ranges) {
      grouper.Add(*part.chunk, range);
    }
  }
  return grouper.Take();
}

}  // namespace spanhold::otlp
