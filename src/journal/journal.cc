#include "src/journal/journal.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "src/core/check.h"
#include "src/core/log.h"

namespace spanhold::journal {
namespace {

// How long a request waits for a slow disk: short beside the SDKs' deadline of 10 s.
constexpr Duration kPatience = std::chrono::seconds(5);

// How often it is tried whether a failing disk has recovered.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

// One flush covers so much: more would let the first of a group wait for the last.
constexpr uint64_t kLargestGroupBytes = uint64_t{8} << 20U;

constexpr char kSlow[] = "the disk does not answer in time";

}  // namespace

Journal::Journal(const config::JournalConfig& config, Parts parts, const Naming& naming)
    : config_(config), parts_(parts), report_(parts.clock, parts.telemetry, naming) {}

Journal::~Journal() {
  SPANHOLD_CHECK(!thread_.joinable());
}

uint32_t Journal::AddRoute(std::vector<RequestSink*> sinks) {
  Route route;
  for (const RequestSink* sink : sinks) {
    const otlp::LaneRange lanes = sink->lanes();
    for (otlp::LaneId lane = lanes.first; lane < lanes.last; ++lane) {
      route.push_back(lane);
    }
  }
  ways_.push_back({std::move(sinks), nullptr, {}});
  routes_.push_back(std::move(route));
  return static_cast<uint32_t>(routes_.size() - 1);
}

void Journal::BuildFeeds() {
  const auto found = [this](Finding finding) {
    {
      const MutexLock lock(mutex_);
      work_.findings.push_back(finding);
    }
    wakeup_.Notify();
  };
  std::vector<std::vector<RequestSink*>> routes;
  for (const Way& way : ways_) {
    routes.push_back(way.sinks);
  }
  for (const std::vector<RequestSink*>& sinks : GroupIntoFeeds(routes)) {
    Feed& feed = feeds_.emplace_back(
        config_.directory, lanes_, sinks, feeds_.empty(),
        Feed::Parts{parts_.file_system, parts_.clock, parts_.budget, report_, *this}, found);
    for (size_t route = 0; route < ways_.size(); ++route) {
      Way& way = ways_[route];
      if (std::find(sinks.begin(), sinks.end(), way.sinks.front()) != sinks.end()) {
        way.feed = &feed;
        way.destination = feed.handover().To(routes_[route]);
      }
    }
  }
}

void Journal::Start(std::vector<LaneName> lanes) {
  lanes_ = std::move(lanes);
  BuildFeeds();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "journal");
    Run();
  });
  for (Feed& feed : feeds_) {
    feed.read_back().Start();
  }
}

void Journal::Admit(const RequestPtr& request) {
  bool closed = false;
  {
    const MutexLock lock(mutex_);
    closed = intake_closed_;
    if (!closed) {
      open_.emplace_back(parts_.clock.Now() + kPatience, request);
      work_.requests.push_back(request);
      ScheduleExpiry();
    }
  }
  if (closed) {
    Answer(*request, Verdict::kClosing);
    return;
  }
  wakeup_.Notify();
}

void Journal::OnRoom() {
  for (Feed& feed : feeds_) {
    feed.Wake();
  }
}

void Journal::OnLaneSettled(uint64_t sequence, otlp::LaneId lane) {
  parts_.observer.OnLaneSettled(sequence, lane);
  {
    const MutexLock lock(mutex_);
    if (closed_) {
      return;
    }
    work_.releases.push_back({sequence, lane});
  }
  wakeup_.Notify();
  OnRoom();  // its memory is free
}

std::optional<Journal::Problem> Journal::problem() const {
  const MutexLock lock(mutex_);
  if (problem_.empty()) {
    return std::nullopt;
  }
  return Problem{problem_, parts_.clock.Now() - problem_since_};
}

bool Journal::is_bypassed() const {
  return may_be_bypassed() && problem();
}

void Journal::Run() {
  TryAgain();
  for (;;) {
    const Wakeup::Seen seen = wakeup_.Prepare();
    const bool stopping = stopping_;
    Work work = TakeWork();
    if (log_) {
      NoteFindings(work.findings);
      log_->Release(work.releases);
    }
    DoWhatIsDue();
    if (!work.requests.empty()) {
      Write(work.requests);
    }
    if (!work.empty()) {
      continue;
    }
    if (stopping) {
      break;
    }
    wakeup_.WaitUntil(seen, NextDue());
  }
  if (log_) {
    log_->Close();
  }
}

Journal::Work Journal::TakeWork() {
  const MutexLock lock(mutex_);
  return std::exchange(work_, {});
}

std::optional<TimePoint> Journal::NextDue() const {
  if (retry_at_ && sync_at_) {
    return std::min(*retry_at_, *sync_at_);
  }
  return retry_at_ ? retry_at_ : sync_at_;
}

void Journal::DoWhatIsDue() {
  if (!failing_) {
    SetProblem("");  // a disk that was slow has answered, or this thread were not here
  }
  const TimePoint now = parts_.clock.Now();
  if (sync_at_ && now >= *sync_at_) {
    sync_at_.reset();
    if (const Status status = log_->Sync(); !status.ok()) {
      Fail(status);
    }
  }
  if (retry_at_ && now >= *retry_at_) {
    TryAgain();
  } else if (!retry_at_ && log_ && log_->wants_retry()) {
    retry_at_ = now + kRetryInterval;
  }
}

// Opens the log if that has not been done, or finds out whether it can be written again.
void Journal::TryAgain() {
  retry_at_.reset();
  const Status status = log_ ? log_->Probe() : OpenLog();
  if (!status.ok()) {
    Fail(status);
    return;
  }
  if (log_->wants_retry()) {
    log_->Retry();
  }
  failing_ = false;
  SetProblem("");
}

Status Journal::OpenLog() {
  SegmentLog::Options options{config_.directory, config_.max_size, config_.segment_size,
                              config_.sync,      lanes_,           routes_,
                              feeds_.size()};
  StatusOr<std::unique_ptr<SegmentLog>> log = SegmentLog::Open(
      std::move(options), {parts_.file_system, parts_.clock, parts_.random, report_});
  if (!log.ok()) {
    report_.Failed(Failure::kOpen, log.status());
    return log.status();
  }
  log_ = *std::move(log);
  for (const SegmentFile& file : log_->found()) {
    for (Feed& feed : feeds_) {
      feed.backlog().Push({file.first, file.header_size, file.size, 0, true, false});
    }
  }
  OnRoom();
  return absl::OkStatus();
}

void Journal::NoteFindings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.unsettled > 0) {
      log_->AddUnsettled(finding.segment, finding.unsettled);
    }
    if (finding.cut_to) {
      log_->CutTail(finding.segment, *finding.cut_to);
    }
    if (finding.read_through) {
      log_->ReadThrough(finding.segment);
    }
  }
}

// An error of the writer's: nothing is written until TryAgain() has gone well.
void Journal::Fail(const Status& status) {
  failing_ = true;
  retry_at_ = parts_.clock.Now() + kRetryInterval;
  SetProblem(std::string(MessageOf(status)));
}

void Journal::SetProblem(const std::string& problem) {
  const MutexLock lock(mutex_);
  if (problem_ == problem) {
    return;
  }
  if (problem_.empty()) {
    problem_since_ = parts_.clock.Now();
  }
  problem_ = problem;
  report_.Failing(!problem.empty());
}

void Journal::Write(const std::vector<RequestPtr>& requests) {
  size_t done = 0;
  while (done < requests.size() && !failing_) {
    done += WriteGroup(requests, done);
  }
  for (; done < requests.size(); ++done) {
    Answer(*requests[done], Verdict::kFailing);
  }
  ForgetAnswered();
}

// Writes some of `requests` from `begin` on, at least one, and returns how many it has dealt with.
size_t Journal::WriteGroup(const std::vector<RequestPtr>& requests, size_t begin) {
  std::vector<RequestPtr> group;
  std::vector<SegmentLog::NewEntry> entries;
  uint64_t bytes = 0;
  size_t next = begin;
  for (; next < requests.size() && entries.size() < SegmentLog::kLargestGroup &&
         bytes < kLargestGroupBytes;
       ++next) {
    const Request& request = *requests[next];
    const SegmentLog::NewEntry entry{request.chunk->bytes.view(), request.route,
                                     static_cast<uint32_t>(request.chunk->spans.size())};
    const uint64_t size = SegmentLog::SizeOf(entry);
    if (request.answered) {
      continue;
    }
    if (!log_->Fits(bytes + size)) {
      log_->MakeRoom();
    }
    if (!log_->Fits(bytes + size)) {
      report_.Full(config_.max_size);
      full_ = true;
      Answer(*requests[next], Verdict::kFull);
      continue;
    }
    bytes += size;
    entries.push_back(entry);
    group.push_back(requests[next]);
  }
  if (!entries.empty()) {
    const StatusOr<SegmentLog::Place> place = log_->Append(entries);
    if (place.ok()) {
      full_ = false;
      if (config_.sync == SyncPolicy::kInterval && !sync_at_) {
        sync_at_ = parts_.clock.Now() + config_.interval;
      }
      Confirm(group, *place);
    } else {
      Fail(place.status());
      for (const RequestPtr& request : group) {
        Answer(*request, Verdict::kFailing);
      }
    }
  }
  return next - begin;
}

void Journal::Confirm(const std::vector<RequestPtr>& group, SegmentLog::Place place) {
  for (const RequestPtr& request : group) {
    const uint64_t spans = request->chunk->spans.size();
    const uint64_t end = place.offset + kEntryHeaderSize + request->chunk->bytes.size();
    report_.Recorded(1, spans, end - place.offset);
    if (request->answered.exchange(true)) {
      Withdraw(*request, place.sequence);
    } else {
      HandOn(*request, {place.segment, place.offset, end, spans}, place.sequence);
      std::exchange(request->done, nullptr)(Verdict::kKept);
    }
    ++place.sequence;
    place.offset = end;
  }
  OnRoom();  // what was added to the backlog
}

// To the sinks at once, or to the end of what waits for them on disk.
void Journal::HandOn(Request& request, const Stretch& entry, uint64_t sequence) {
  const Way& way = ways_[request.route];
  Handover& handover = way.feed->handover();
  if (way.feed->backlog().empty() && handover.HasMemory() &&
      handover.TryHand(request.chunk, sequence, way.destination)) {
    report_.Handed(entry.spans, false);
  } else {
    way.feed->backlog().Push(entry);
  }
  request.chunk.reset();
}

// It was refused before it was on the disk.
void Journal::Withdraw(const Request& request, uint64_t sequence) {
  std::vector<Release> releases;
  for (const uint32_t lane : routes_[request.route]) {
    releases.push_back({sequence, lane});
  }
  log_->Release(releases);
  ways_[request.route].feed->backlog().Break();
  report_.Withdrawn(request.chunk->spans.size());
}

// Unless somebody else does. Whatever `done` holds is let go of.
void Journal::Answer(Request& request, Verdict verdict) {
  if (!request.answered.exchange(true)) {
    std::exchange(request.done, nullptr)(verdict);
  }
}

void Journal::ForgetAnswered() {
  const MutexLock lock(mutex_);
  while (!open_.empty() && open_.front().second->answered) {
    open_.pop_front();
  }
  if (open_.empty()) {
    all_answered_.NotifyAll();
  }
}

// All wait equally long, so the first on the list is the first to give up.
void Journal::ScheduleExpiry() {
  if (expiry_scheduled_ || open_.empty()) {
    return;
  }
  expiry_scheduled_ = true;
  parts_.timers.Schedule(open_.front().first, [this] { Expire(); });
}

void Journal::Expire() {
  std::vector<RequestPtr> expired;
  {
    const MutexLock lock(mutex_);
    expiry_scheduled_ = false;
    const TimePoint now = parts_.clock.Now();
    while (!open_.empty() && open_.front().first <= now) {
      expired.push_back(std::move(open_.front().second));
      open_.pop_front();
    }
    ScheduleExpiry();
  }
  bool any = false;
  for (const RequestPtr& request : expired) {
    any = any || !request->answered;
    Answer(*request, Verdict::kSlow);
  }
  if (any) {
    report_.Failed(Failure::kSlow, absl::DeadlineExceededError(kSlow));
    SetProblem(kSlow);
    wakeup_.Notify();
  }
  ForgetAnswered();
}

void Journal::CloseIntake() {
  {
    const MutexLock lock(mutex_);
    intake_closed_ = true;
    while (thread_.joinable() && !open_.empty()) {
      all_answered_.Wait(mutex_);
    }
  }
  for (Feed& feed : feeds_) {
    feed.read_back().Stop();
  }
}

void Journal::Close() {
  if (!thread_.joinable()) {
    return;
  }
  stopping_ = true;
  wakeup_.Notify();
  thread_.join();
  {
    const MutexLock lock(mutex_);
    closed_ = true;
  }
  const int64_t waiting = report_.waiting_spans();
  const int64_t unread = report_.unread_bytes();
  if (waiting > 0 || unread > 0) {
    Log(LogLevel::kInfo, report_.name(), "keeps what was not handed on for the next start",
        {{"spans", waiting}, {"bytes", unread}});
  }
}

std::vector<LaneName> LaneNames(const Ledger& ledger) {
  std::vector<LaneName> lanes;
  for (const LaneAccount& lane : ledger.lanes()) {
    lanes.push_back({lane.pipeline(), lane.exporter()});
  }
  return lanes;
}

}  // namespace spanhold::journal
