#include "src/receiver/otlp/read_gate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>

namespace spanhold::otlp_receiver {
namespace {

// Connections that are remembered while they have no call, before all of these are forgotten.
constexpr size_t kRemembered = 8192;
}  // namespace

Status ReadGate::NoMemory() {
  return absl::UnavailableError("no memory left to take the request in");
}

Status ReadGate::TooLarge() const {
  return absl::ResourceExhaustedError(
      absl::StrCat("the request is larger than the limit of ", limits_.largest_message, " bytes"));
}

void ReadGate::Enter(Call& call, const std::string& connection, TimePoint now) {
  if (closed_) {
    call.Refuse(absl::UnavailableError("shutting down"));
    return;
  }
  std::optional<Reservation> unread = budget_.TryReserve(limits_.unread_bytes);
  if (!unread) {
    call.Refuse(NoMemory());
    return;
  }
  call.reservation_ = *std::move(unread);
  call.connection_ = &Find(connection, call);
  call.since_ = now;
  ++call.connection_->calls;
  const Class& reads = classes_[SizeOf(*call.connection_)];
  if (reads.turns.empty() && TryGrant(call)) {
    StartRead(call, now);
  } else if (NothingIsRead()) {
    // As in GiveTurns().
    Leave(call);
    call.Refuse(NoMemory());
  } else {
    Wait(call, now);
  }
}

std::optional<Reservation> ReadGate::Finish(Call& call, uint64_t size, TimePoint now) {
  EndRead(call);
  call.connection_->arrivals.Complete(size);
  LearnSize(*call.connection_, size);
  Reservation reservation = std::exchange(call.reservation_, Reservation());
  Leave(call);
  const uint64_t reserved = reservation.size();
  const bool fits = size <= reserved || reservation.TryGrow(size - reserved);
  if (fits) {
    reservation.ShrinkTo(size);
  } else {
    reservation.Release();
  }
  GiveTurns(now);
  return fits ? std::optional(std::move(reservation)) : std::nullopt;
}

void ReadGate::Abandon(Call& call, TimePoint now) {
  EndRead(call);
  Leave(call);
  GiveTurns(now);
}

void ReadGate::Close() {
  closed_ = true;
  while (!waiting_.empty()) {
    RefuseOldest(absl::UnavailableError("shutting down"));
  }
}

void ReadGate::Tick(TimePoint now) {
  if (next_look_ <= now) {
    Look(now);
  }
  for (Class& reads : classes_) {
    RefuseSlowReads(reads, now);
  }
  while (!waiting_.empty() && waiting_.front()->since_ + limits_.wait_timeout <= now) {
    RefuseOldest(NoMemory());
  }
}

std::optional<TimePoint> ReadGate::NextDue() const {
  std::optional<TimePoint> due;
  const auto earlier = [&due](TimePoint at) {
    due = due ? std::min(*due, at) : at;
  };
  for (const Class& reads : classes_) {
    if (!reads.reading.empty()) {
      earlier(reads.reading.front()->since_ + ReadTimeout(reads));
    }
  }
  if (!NothingIsRead()) {
    earlier(next_look_);
  }
  if (!waiting_.empty()) {
    earlier(waiting_.front()->since_ + limits_.wait_timeout);
  }
  return due;
}

ReadGate::Connection& ReadGate::Find(const std::string& name, const Call& call) {
  const auto found = connections_.find(name);
  if (found != connections_.end()) {
    return found->second;
  }
  if (connections_.size() >= kRemembered) {
    std::erase_if(connections_, [](const auto& entry) { return entry.second.calls == 0; });
  }
  Connection& connection = connections_[name];  // a new one
  connection.is_counted = call.Received().has_value();
  return connection;
}

// What its next read reserves.
uint64_t ReadGate::Expected(const Connection& connection) const {
  const uint64_t limit = limits_.largest_message;
  return connection.largest && connection.is_counted
             ? std::min(std::max(2 * *connection.largest, kSmallRequest), limit)
             : limit;
}

ReadGate::Size ReadGate::SizeOf(const Connection& connection) const {
  return Expected(connection) <= kSmallRequest ? kSmallReads : kLargeReads;
}

bool ReadGate::NothingIsRead() const {
  return classes_[kSmallReads].reading.empty() && classes_[kLargeReads].reading.empty();
}

// Reserves what the message of `call` may need, if there is room.
bool ReadGate::TryGrant(Call& call) {
  const uint64_t expected = Expected(*call.connection_);
  const uint64_t more = expected - std::min(expected, call.reservation_.size());
  return call.reservation_.TryGrow(more, budget_.KeptFreeBy(expected));
}

void ReadGate::StartRead(Call& call, TimePoint now) {
  call.size_ = SizeOf(*call.connection_);
  call.since_ = now;
  Connection& connection = *call.connection_;
  if (connection.reads == 0 && connection.arrivals.MarkIsOld(now)) {
    connection.arrivals.Mark(call.Received().value_or(0), now);
  }
  ++connection.reads;
  if (NothingIsRead()) {
    next_look_ = now + limits_.look_interval;
  }
  std::list<Call*>& reading = classes_[call.size_].reading;
  call.place_ = reading.insert(reading.end(), &call);
  call.Read();
}

void ReadGate::EndRead(Call& call) {
  classes_[call.size_].reading.erase(call.place_);
  --call.connection_->reads;
}

// Compares what has come of open reads with what is reserved for them, connection by connection: of
// one with several reads nobody knows which the bytes are for, and the oldest one answers for it.
void ReadGate::Look(TimePoint now) {
  next_look_ = now + limits_.look_interval;
  std::unordered_map<const Connection*, uint64_t> reserved;
  std::vector<Call*> oldest;
  for (const Class& reads : classes_) {
    for (Call* const call : reads.reading) {
      const auto [entry, is_first] = reserved.try_emplace(call->connection_);
      entry->second += call->reservation_.size();
      if (is_first) {
        oldest.push_back(call);
      }
    }
  }
  for (Call* const call : oldest) {
    const Connection& connection = *call->connection_;
    const uint64_t unread = connection.waiting.size() * limits_.unread_bytes;
    const Status verdict = Judge(*call, reserved[&connection] + unread, now);
    if (!verdict.ok()) {
      EndRead(*call);
      LearnSize(*call->connection_, limits_.largest_message);
      Leave(*call);
      call->Refuse(verdict);
    }
  }
  GiveTurns(now);
}

// What has come on the connection of `call` is to be inside what is reserved for its reads, or what
// can be reserved now.
Status ReadGate::Judge(Call& call, uint64_t reserved, TimePoint now) {
  Connection& connection = *call.connection_;
  const std::optional<uint64_t> received = call.Received();
  const uint64_t arrived = received ? connection.arrivals.Open(*received, now) : 0;
  if (arrived <= reserved / 2) {
    return absl::OkStatus();
  }
  const uint64_t most = connection.reads * limits_.largest_message;
  if (arrived > most + kSmallRequest) {  // so much is not in the headers of the next calls
    return connection.calls == 1 ? TooLarge() : NoMemory();
  }
  // There is a look before as much has come again.
  const uint64_t wanted = std::min(2 * arrived, most);
  if (wanted > reserved &&
      !call.reservation_.TryGrow(wanted - reserved, budget_.KeptFreeBy(wanted)) &&
      arrived > reserved) {
    return NoMemory();
  }
  return absl::OkStatus();
}

void ReadGate::Wait(Call& call, TimePoint now) {
  Connection& connection = *call.connection_;
  if (connection.waiting.empty()) {
    std::list<Connection*>& turns = classes_[SizeOf(connection)].turns;
    connection.turn = turns.insert(turns.end(), &connection);
  }
  call.since_ = now;
  call.place_ = waiting_.insert(waiting_.end(), &call);
  connection.waiting.push_back(&call);
}

// `call` is the oldest of its connection that waits.
void ReadGate::StopWaiting(Call& call) {
  Connection& connection = *call.connection_;
  connection.waiting.pop_front();
  waiting_.erase(call.place_);
  if (connection.waiting.empty()) {
    classes_[SizeOf(connection)].turns.erase(connection.turn);
  }
}

void ReadGate::Leave(Call& call) {
  --call.connection_->calls;
  call.connection_ = nullptr;
  call.reservation_ = Reservation();
}

void ReadGate::GiveTurns(TimePoint now) {
  for (Class& reads : classes_) {
    while (!reads.turns.empty() && TryGrant(*reads.turns.front()->waiting.front())) {
      Call& call = *reads.turns.front()->waiting.front();
      // To the end of the line with the connection, for its other calls.
      reads.turns.splice(reads.turns.end(), reads.turns, reads.turns.begin());
      StopWaiting(call);
      StartRead(call, now);
    }
  }
  // What holds the memory is queued further on: nothing that ends here would make room.
  while (NothingIsRead() && !waiting_.empty()) {
    RefuseOldest(NoMemory());
  }
}

void ReadGate::LearnSize(Connection& connection, uint64_t size) {
  const Size before = SizeOf(connection);
  connection.largest = std::max(connection.largest.value_or(0), size);
  if (SizeOf(connection) != before && !connection.waiting.empty()) {
    std::list<Connection*>& turns = classes_[SizeOf(connection)].turns;
    turns.splice(turns.end(), classes_[before].turns, connection.turn);
  }
}

Duration ReadGate::ReadTimeout(const Class& reads) const {
  return closed_ || !reads.turns.empty() ? limits_.contended_read_timeout : limits_.read_timeout;
}

void ReadGate::RefuseSlowReads(Class& reads, TimePoint now) {
  while (!reads.reading.empty() && reads.reading.front()->since_ + ReadTimeout(reads) <= now) {
    Call& call = *reads.reading.front();
    EndRead(call);
    Leave(call);
    call.Refuse(absl::UnavailableError("the request did not arrive in time"));
    GiveTurns(now);
  }
}

void ReadGate::RefuseOldest(const Status& status) {
  Call& call = *waiting_.front();
  StopWaiting(call);
  Leave(call);
  call.Refuse(status);
}

}  // namespace spanhold::otlp_receiver
