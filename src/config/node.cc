#include "src/config/node.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <absl/strings/str_cat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "src/config/quote.h"

namespace spanhold::config {
namespace {

constexpr char kMergeKey[] = "<<";

size_t CountNodes(const Node& node) {
  size_t count = 1;
  for (const Node& item : node.items) {
    count += CountNodes(item);
  }
  for (const NodeEntry& entry : node.entries) {
    count += CountNodes(entry.value);
  }
  return count;
}

size_t Depth(const Node& node) {
  size_t depth = 0;
  for (const Node& item : node.items) {
    depth = std::max(depth, Depth(item));
  }
  for (const NodeEntry& entry : node.entries) {
    depth = std::max(depth, Depth(entry.value));
  }
  return depth + 1;
}

// Builds the tree from yaml-cpp's events, which come in the order of the text. After the first
// error that leaves the structure unclear it ignores the rest.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const std::string& name, Report& report) : name_(name), report_(report) {
    root_.where = {name, 1, 1};
  }

  Node Take() { return std::move(root_); }
  bool stopped() const { return !stop_.message.empty(); }
  void ReportStop() const { report_.Error(stop_.where, stop_.path, stop_.message); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      Stop(PositionOf(mark), "more than one YAML document; keep one in a file");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.where = PositionOf(mark);
    AddLeaf(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::kScalar;
    node.where = PositionOf(mark);
    node.text = value;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    CheckTag(tag, node.where);
    AddLeaf(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (stopped()) {
      return;
    }
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      Stop(PositionOf(mark), "an alias inside of its own anchor");
    } else if (open_.size() + Depth(known->second) > kMaxDepth) {
      Stop(PositionOf(mark), TooDeep());
    } else if (Charge(CountNodes(known->second), PositionOf(mark))) {
      Add(Node(known->second));
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(Node::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(Node::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  // What the next event is for a map: a key, or the value of one that is kept, one that was there
  // before, or "<<".
  enum class Next { kKey, kValue, kValueOfDuplicate, kMerge };

  // A sequence or map whose end has not come yet.
  struct OpenNode {
    Node node;
    YAML::anchor_t anchor = 0;
    // Of a map:
    Next next = Next::kKey;
    NodeEntry key;
    std::unordered_map<std::string, int> lines;  // where each key stands
    std::vector<Node> merges;                    // what "<<" names, in order
  };

  Position PositionOf(const YAML::Mark& mark) const {
    return {name_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
  }

  static std::string TooDeep() { return absl::StrCat("nested more than ", kMaxDepth, " deep"); }

  void Stop(const Position& where, std::string message) {
    if (!stopped()) {
      stop_ = {where, Path(), std::move(message)};
    }
  }

  // The keys on the way to what is being read.
  std::string Path() const {
    std::string path;
    for (const OpenNode& open : open_) {
      if (open.next != Next::kKey) {
        absl::StrAppend(&path, path.empty() ? "" : ".", open.key.key);
      }
    }
    return path;
  }

  // Whether `count` more nodes are within the limit.
  bool Charge(size_t count, const Position& where) {
    if (!stopped() && count > kMaxNodes - nodes_) {
      Stop(where, absl::StrCat("more than ", kMaxNodes, " values, aliases included"));
    }
    nodes_ += stopped() ? 0 : count;
    return !stopped();
  }

  // "!" and "?" stand for a quoted and a plain value without a tag (YAML 1.2 section 6.9.1).
  void CheckTag(const std::string& tag, const Position& where) {
    static const std::unordered_set<std::string> kKnown = {"",
                                                           "!",
                                                           "?",
                                                           "tag:yaml.org,2002:str",
                                                           "tag:yaml.org,2002:int",
                                                           "tag:yaml.org,2002:float",
                                                           "tag:yaml.org,2002:bool",
                                                           "tag:yaml.org,2002:null",
                                                           "tag:yaml.org,2002:seq",
                                                           "tag:yaml.org,2002:map"};
    if (kKnown.count(tag) == 0) {
      report_.Error(where, Path(), "unknown YAML tag " + Quote(tag));
    }
  }

  void Open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    const Position where = PositionOf(mark);
    if (!Charge(1, where)) {
      return;
    }
    CheckTag(tag, where);
    if (open_.size() >= kMaxDepth) {
      Stop(where, TooDeep());
    } else if (AtKey()) {
      Stop(where, "a key must be plain text");
    } else {
      open_.emplace_back();
      open_.back().node.kind = kind;
      open_.back().node.where = where;
      open_.back().anchor = anchor;
    }
  }

  void Close() {
    if (stopped()) {
      return;
    }
    OpenNode open = std::move(open_.back());
    open_.pop_back();
    ApplyMerges(open);
    Remember(open.node, open.anchor);
    Add(std::move(open.node));
  }

  void AddLeaf(Node node, YAML::anchor_t anchor) {
    if (Charge(1, node.where)) {
      Remember(node, anchor);
      Add(std::move(node));
    }
  }

  void Remember(const Node& node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      anchors_[anchor] = node;
    }
  }

  bool AtKey() const {
    return !open_.empty() && open_.back().node.is_map() && open_.back().next == Next::kKey;
  }

  // Puts a complete node where it belongs.
  void Add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.is_sequence()) {
      open_.back().node.items.push_back(std::move(node));
    } else if (AtKey()) {
      AddKey(std::move(node));
    } else {
      AddValue(std::move(node));
    }
  }

  void AddKey(Node node) {
    OpenNode& map = open_.back();
    if (!node.is_scalar()) {
      Stop(node.where, "a key must be plain text");
      return;
    }
    map.key.where = node.where;
    map.key.key = std::move(node.text);
    if (map.key.key == kMergeKey && !node.quoted) {
      map.next = Next::kMerge;
      return;
    }
    const auto [first, is_new] = map.lines.emplace(map.key.key, node.where.line);
    map.next = is_new ? Next::kValue : Next::kValueOfDuplicate;
    if (!is_new) {
      report_.Error(node.where, Path(),
                    absl::StrCat("set twice; the first is on line ", first->second));
    }
  }

  void AddValue(Node node) {
    OpenNode& map = open_.back();
    if (map.next == Next::kMerge) {
      AddMerge(map, std::move(node));
    } else if (map.next == Next::kValue) {
      if (node.is_null()) {
        node.where = map.key.where;  // yaml-cpp's mark is of what comes after
      }
      map.key.value = std::move(node);
      map.node.entries.push_back(std::move(map.key));
    }
    map.key = NodeEntry();
    map.next = Next::kKey;
  }

  void AddMerge(OpenNode& map, Node node) {
    std::vector<Node> sources;
    if (node.is_sequence()) {
      sources = std::move(node.items);
    } else {
      sources.push_back(std::move(node));
    }
    for (Node& source : sources) {
      if (source.is_map()) {
        map.merges.push_back(std::move(source));
      } else {
        report_.Error(map.key.where, Path(), "want an alias of a map, or a list of them");
      }
    }
  }

  // YAML's merge key: the map's own keys win, then the earlier source.
  static void ApplyMerges(OpenNode& open) {
    for (Node& source : open.merges) {
      for (NodeEntry& entry : source.entries) {
        if (open.lines.emplace(entry.key, entry.where.line).second) {
          open.node.entries.push_back(std::move(entry));
        }
      }
    }
  }

  // The error after which nothing is read any more. Kept back because bad syntax, which yaml-cpp
  // finds later, can be its cause and is then the better message.
  struct StopError {
    Position where;
    std::string path;
    std::string message;
  };

  const std::string& name_;
  Report& report_;
  Node root_;
  StopError stop_;
  int documents_ = 0;
  size_t nodes_ = 0;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, Node> anchors_;
};

}  // namespace

const Node* Node::Find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const NodeEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

const Node* Node::FindPath(std::string_view path) const {
  const Node* node = this;
  while (node != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    node = node->Find(path.substr(0, dot));
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  return node;
}

std::optional<Node> ParseYaml(std::string_view text, const std::string& name, Report& report) {
  if (text.size() > kMaxTextBytes) {
    report.Error({name}, "", absl::StrCat("larger than ", kMaxTextBytes >> 20U, " MiB"));
    return std::nullopt;
  }
  Builder builder(name, report);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder) && !builder.stopped()) {
    }
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line + 1;
    report.Error({name, line, error.mark.column + 1}, "", "bad YAML: " + error.msg);
    return std::nullopt;
  }
  if (builder.stopped()) {
    builder.ReportStop();
    return std::nullopt;
  }
  return builder.Take();
}

}  // namespace spanhold::config
