#include "src/config/addresses.h"

#include <absl/strings/ascii.h>

#include "src/config/quote.h"

namespace spanhold::config {
namespace {

bool IsWildcard(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.compare(0, 4, "127.") == 0;
}

// Whether two hosts can be the same address of this machine; "localhost" is 127.0.0.1 or ::1.
bool SameHost(const std::string& a, const std::string& b) {
  return a == b || (a == "localhost" && (b == "127.0.0.1" || b == "::1")) ||
         (b == "localhost" && (a == "127.0.0.1" || a == "::1"));
}

bool SamePort(const Endpoint& a, const Endpoint& b) {
  return !a.is_unix() && !b.is_unix() && a.port != 0 && a.port == b.port;
}

bool Collide(const Endpoint& a, const Endpoint& b) {
  if (a.is_unix() && b.is_unix()) {
    return a.path == b.path;
  }
  const std::string host_a = absl::AsciiStrToLower(a.host);
  const std::string host_b = absl::AsciiStrToLower(b.host);
  return SamePort(a, b) && (IsWildcard(host_a) || IsWildcard(host_b) || SameHost(host_a, host_b));
}

bool Reaches(const Endpoint& sender, const Endpoint& listener) {
  if (sender.is_unix() && listener.is_unix()) {
    return sender.path == listener.path;
  }
  // To connect to a wildcard is to connect to the loopback.
  std::string to = absl::AsciiStrToLower(sender.host);
  to = IsWildcard(to) ? "localhost" : to;
  const std::string at = absl::AsciiStrToLower(listener.host);
  return SamePort(sender, listener) && (SameHost(to, at) || (IsWildcard(at) && IsLoopback(to)));
}

}  // namespace

void CheckAddresses(const std::vector<Address>& listeners, const std::vector<Address>& senders,
                    Report& report) {
  for (size_t i = 0; i < listeners.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (Collide(listeners[i].endpoint, listeners[j].endpoint)) {
        report.Error(listeners[i].where, listeners[i].path,
                     Quote(listeners[i].text) + " is taken by " + listeners[j].path);
        break;
      }
    }
  }
  for (const Address& sender : senders) {
    for (const Address& listener : listeners) {
      if (Reaches(sender.endpoint, listener.endpoint)) {
        report.Error(sender.where, sender.path,
                     Quote(sender.text) + " is this daemon's own listener, " + listener.path +
                         "; spans would go round in circles");
        break;
      }
    }
  }
}

}  // namespace spanhold::config
