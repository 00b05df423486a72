#include "src/exporter/storage/lane_storage.h"

#include <algorithm>
#include <utility>

#include "src/core/check.h"
#include "src/exporter/sending/queue_size.h"
#include "src/otlp/decode.h"
#include "src/otlp/encode.h"

namespace spanhold::storage {
namespace {

// As often as the log tries its disk.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

std::string_view Explain(DropReason reason) {
  switch (reason) {
    case DropReason::kQueueFull:
      return "spans dropped: the storage is full. Raise sending_queue.queue_size, or the storage's "
             "max_size, or set block_on_overflow: true";
    case DropReason::kStorageFailed:
      return "spans dropped: the storage cannot be written";
    default:
      return "spans dropped: not running";
  }
}

// `batch` as one chunk to be written. The budget pays for its bytes, past its limit if need be; its
// index, a tenth of that, is soon gone.
otlp::ChunkPtr AsChunk(const TraceBatch& batch, MemoryBudget& budget) {
  const otlp::BatchPart& first = batch.parts().front();
  if (batch.parts().size() == 1 && first.span_count() == first.chunk->spans.size()) {
    return first.chunk;
  }
  const auto bytes = std::make_shared<const Bytes>(otlp::Encode(batch, budget));
  StatusOr<otlp::ChunkPtr> chunk = otlp::Decode(Bytes::Adopt(bytes->view(), bytes, Reservation()));
  SPANHOLD_CHECK(chunk.ok());  // what Encode() writes is well formed
  return *std::move(chunk);
}

}  // namespace

// The way of one pipeline's spans through the storage.
class LaneStorage::Way final : public RequestSink {
 public:
  Way(LaneStorage& storage, LaneAccount& lane_account) : account(lane_account), storage_(storage) {}

  otlp::LaneRange lanes() const override { return {account.id(), account.id() + 1}; }
  bool TryReserve(const otlp::Chunk& /*chunk*/) override { return storage_.TryReserve(); }
  void Unreserve(const otlp::Chunk& /*chunk*/) override { storage_.Unreserve(); }
  void Take(LoggedRequest request) override { storage_.Take(*this, std::move(request)); }
  bool is_starving() const override {
    const MutexLock lock(storage_.mutex_);
    return storage_.in_lane_.empty();
  }
  void OnFound(uint64_t requests, uint64_t spans_found, uint64_t bytes) override {
    storage_.OnFound(*this, requests, spans_found, bytes);
  }
  void OnLost(uint64_t spans_lost) override { storage_.OnLost(*this, spans_lost); }

  LaneAccount& account;
  uint32_t route = 0;
  // Guarded by the storage's mutex: what is not in the lane.
  uint64_t spans = 0;
  int64_t size = 0;

 private:
  LaneStorage& storage_;
};

// A batch on its way to the disk.
struct LaneStorage::Item {
  TraceBatch batch;
  Way& way;
  const int64_t size;
  bool was_refused = false;
};

LaneStorage::LaneStorage(std::string id, Options options, std::unique_ptr<Exporter> lane,
                         Parts parts)
    : id_(std::move(id)),
      options_(std::move(options)),
      blocking_(options_.queue.block_on_overflow),
      // Every consumer has one to send and finds another when it is done.
      window_(2 * static_cast<size_t>(options_.queue.num_consumers)),
      lane_(std::move(lane)),
      parts_(parts),
      // The lane's own, which it has described.
      queue_size_(parts.telemetry.AddGauge("otelcol_exporter_queue_size", "",
                                           {{"exporter", id_}, {"data_type", "traces"}})),
      enqueue_failed_(parts.telemetry.AddCounter("otelcol_exporter_enqueue_failed_spans", "",
                                                 {{"exporter", id_}})),
      dropped_log_(parts.clock),
      log_(options_.log,
           {parts.file_system, parts.clock, parts.random, parts.timers, parts.budget,
            parts.telemetry, *this},
           {"storage of " + id_, "spanhold_storage", {{"exporter", id_}}, "its max_size"}) {}

LaneStorage::~LaneStorage() = default;

void LaneStorage::AddLane(LaneAccount& account) {
  lane_->AddLane(account);
  ways_[&account] = std::make_unique<Way>(*this, account);
}

void LaneStorage::AddRoomListener(std::function<void()> listener) {
  listeners_.push_back(std::move(listener));
}

Status LaneStorage::Start() {
  if (options_.create_parent) {
    // Whatever is wrong, the log meets it too, says it and tries again.
    static_cast<void>(parts_.file_system.CreateDirectories(options_.parent, options_.parent_mode));
  } else {
    SPANHOLD_RETURN_IF_ERROR(
        Annotate(parts_.file_system.Stat(options_.parent).status(),
                 "sending_queue.storage: create the directory, or set create_directory: true"));
  }
  SPANHOLD_RETURN_IF_ERROR(lane_->Start());
  for (const auto& [account, way] : ways_) {
    way->route = log_.AddRoute({way.get()});
  }
  log_.Start(journal::LaneNames(parts_.ledger));
  const MutexLock lock(mutex_);
  running_ = true;
  return absl::OkStatus();
}

bool LaneStorage::IsFull() const {
  return size_ >= options_.queue.queue_size || unwritten_ > 0;
}

bool LaneStorage::HasRoom() const {
  const MutexLock lock(mutex_);
  return !blocking_ || !IsFull();
}

int64_t LaneStorage::size() const {
  const MutexLock lock(mutex_);
  return size_;
}

uint64_t LaneStorage::HeldSpans(const LaneAccount& account) const {
  const uint64_t in_lane = lane_->HeldSpans(account);
  const MutexLock lock(mutex_);
  const auto way = ways_.find(&account);
  return in_lane + (way == ways_.end() ? 0 : way->second->spans);
}

void LaneStorage::Consume(TraceBatch batch, LaneAccount& account) {
  if (batch.empty()) {
    return;
  }
  const auto way = ways_.find(&account);
  SPANHOLD_CHECK(way != ways_.end());
  const int64_t size = sending::SizeOf(options_.queue.sizer, batch);
  const auto item = std::make_shared<Item>(Item{std::move(batch), *way->second, size});
  std::optional<DropReason> refused;
  {
    const MutexLock lock(mutex_);
    const bool fits = blocking_ || size_ == 0 || size <= options_.queue.queue_size - size_;
    if (!running_) {
      refused = DropReason::kShutdown;
    } else if (!fits) {
      refused = DropReason::kQueueFull;
    } else {
      size_ += size;
      item->way.size += size;
      item->way.spans += item->batch.span_count();
      queue_size_.Add(size);
    }
  }
  if (refused) {
    Refuse(*item, *refused);
  } else {
    Write(item);
  }
}

void LaneStorage::Write(const ItemPtr& item) {
  auto request = std::make_shared<journal::Journal::Request>();
  request->chunk = AsChunk(item->batch, parts_.budget);
  request->route = item->way.route;
  request->done = [this, item](Verdict verdict) {
    OnVerdict(item, verdict);
  };
  log_.Admit(request);
}

void LaneStorage::OnVerdict(const ItemPtr& item, Verdict verdict) {
  const bool kept = verdict == Verdict::kKept;
  std::optional<DropReason> dropped;
  bool has_room_again = false;
  {
    const MutexLock lock(mutex_);
    const bool was_full = IsFull();
    const bool wait = !kept && blocking_ && running_;
    if (wait) {
      unwritten_ += item->was_refused ? 0 : 1;
      item->was_refused = true;
      waiting_.push_back(item);
      ScheduleRetry();
      return;
    }
    unwritten_ -= item->was_refused ? 1 : 0;
    written_.NotifyAll();
    if (!kept) {
      dropped = !running_                   ? DropReason::kShutdown
                : verdict == Verdict::kFull ? DropReason::kQueueFull
                                            : DropReason::kStorageFailed;
      size_ -= item->size;
      item->way.size -= item->size;
      item->way.spans -= item->batch.span_count();
      queue_size_.Add(-item->size);
    }
    has_room_again = was_full && !IsFull();
  }
  if (dropped) {
    Refuse(*item, *dropped);
  } else {
    item->way.account.Stored(item->batch);
  }
  if (has_room_again) {
    TellRoom();
  }
}

// The spans end here, counted and said.
void LaneStorage::Refuse(const Item& item, DropReason reason) {
  const uint64_t spans = item.batch.span_count() - item.way.account.Dropped(item.batch, reason);
  if (reason != DropReason::kShutdown) {
    enqueue_failed_.Add(spans);
  }
  if (spans > 0) {
    dropped_log_.Log(LogLevel::kError, id_, Explain(reason), {{"spans", spans}});
  }
}

void LaneStorage::ScheduleRetry() {
  if (!retry_scheduled_) {
    retry_scheduled_ = true;
    parts_.timers.Schedule(parts_.clock.Now() + kRetryInterval, [this] { Retry(); });
  }
}

void LaneStorage::Retry() {
  std::deque<ItemPtr> again;
  {
    const MutexLock lock(mutex_);
    retry_scheduled_ = false;
    again.swap(waiting_);
  }
  for (const ItemPtr& item : again) {
    Write(item);
  }
}

void LaneStorage::TellRoom() {
  if (blocking_) {
    for (const std::function<void()>& listener : listeners_) {
      listener();
    }
  }
}

bool LaneStorage::TryReserve() {
  const MutexLock lock(mutex_);
  if (draining_ || in_lane_.size() + reserved_ >= window_) {
    return false;
  }
  ++reserved_;
  return true;
}

void LaneStorage::Unreserve() {
  const MutexLock lock(mutex_);
  --reserved_;
}

void LaneStorage::Take(Way& way, LoggedRequest request) {
  TraceBatch batch = TraceBatch::Whole(std::move(request.chunk), std::move(request.settlement));
  const int64_t size = sending::SizeOf(options_.queue.sizer, batch);
  {
    const MutexLock lock(mutex_);
    --reserved_;
    in_lane_[request.sequence] = size;
    way.spans -= batch.span_count();
    way.size -= size;
    queue_size_.Add(-size);  // the lane counts it from here on
    ForgetRest(way);
  }
  lane_->Consume(std::move(batch), way.account);
}

void LaneStorage::OnFound(Way& way, uint64_t requests, uint64_t spans, uint64_t bytes) {
  using Sizer = sending::QueueConfig::Sizer;
  const Sizer sizer = options_.queue.sizer;
  const auto size = static_cast<int64_t>(sizer == Sizer::kRequests ? requests
                                         : sizer == Sizer::kItems  ? spans
                                                                   : bytes);
  way.account.Handed(spans);
  const MutexLock lock(mutex_);
  size_ += size;
  way.size += size;
  way.spans += spans;
  queue_size_.Add(size);
}

// The size of what an earlier run left is known but for what stands between its spans, and of what is
// lost only the spans are: both are right again when nothing is left.
void LaneStorage::ForgetRest(Way& way) {
  if (way.spans == 0) {
    size_ -= way.size;
    queue_size_.Add(-std::exchange(way.size, 0));
  }
}

void LaneStorage::OnLost(Way& way, uint64_t spans) {
  bool has_room_again = false;
  {
    const MutexLock lock(mutex_);
    const bool was_full = IsFull();
    way.spans -= spans;
    ForgetRest(way);
    has_room_again = was_full && !IsFull();
  }
  way.account.Lost(spans, DropReason::kStorageFailed);
  if (has_room_again) {
    TellRoom();
  }
}

void LaneStorage::OnLaneSettled(uint64_t sequence, LaneId /*lane*/) {
  bool has_room_again = false;
  {
    const MutexLock lock(mutex_);
    const auto settled = in_lane_.find(sequence);
    if (settled == in_lane_.end()) {
      return;
    }
    const bool was_full = IsFull();
    size_ -= settled->second;
    in_lane_.erase(settled);
    has_room_again = was_full && !IsFull();
  }
  if (has_room_again) {
    TellRoom();
  }
}

void LaneStorage::Drain(Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    draining_ = true;
  }
  lane_->Drain(deadline);
}

Status LaneStorage::Shutdown(Deadline deadline) {
  std::deque<ItemPtr> waiting;
  bool was_running = false;
  {
    const MutexLock lock(mutex_);
    was_running = std::exchange(running_, false);
    waiting.swap(waiting_);
  }
  if (!was_running) {
    return lane_->Shutdown(deadline);
  }
  for (const ItemPtr& item : waiting) {
    OnVerdict(item, Verdict::kClosing);
  }
  log_.CloseIntake();
  {
    const MutexLock lock(mutex_);
    while (unwritten_ > 0) {  // Retry() is on its way with them
      written_.Wait(mutex_);
    }
  }
  Status status = lane_->Shutdown(deadline);
  log_.Close();
  for (const auto& [account, way] : ways_) {
    const MutexLock lock(mutex_);
    way->account.Kept(std::exchange(way->spans, 0));
  }
  return status;
}

}  // namespace spanhold::storage
