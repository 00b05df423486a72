#include "src/config/endpoint.h"

#include "tests/support/status_is.h"

namespace spanhold::config {
namespace {

TEST(EndpointTest, ReadsEveryForm) {
  const struct {
    std::string_view text;
    std::string_view scheme;
    std::string_view host;
    uint16_t port;
    std::string_view path;
    std::string_view authority;
  } cases[] = {
      {"localhost:4317", "", "localhost", 4317, "", "localhost:4317"},
      {"localhost", "", "localhost", 0, "", "localhost:0"},
      {"0.0.0.0:4317", "", "0.0.0.0", 4317, "", "0.0.0.0:4317"},
      {":4317", "", "", 4317, "", ":4317"},
      {"[::1]:4317", "", "::1", 4317, "", "[::1]:4317"},
      {"[fe80::1%eth0]:4317", "", "fe80::1%eth0", 4317, "", "[fe80::1%eth0]:4317"},
      {"localhost:0", "", "localhost", 0, "", "localhost:0"},
      {"my_host-1.example.com:65535", "", "my_host-1.example.com", 65535, "",
       "my_host-1.example.com:65535"},
      {"unix:/run/spanhold.sock", "unix", "", 0, "/run/spanhold.sock", "unix:/run/spanhold.sock"},
      {"unix:///run/spanhold.sock", "unix", "", 0, "/run/spanhold.sock", "unix:/run/spanhold.sock"},
      {"unix:spanhold.sock", "unix", "", 0, "spanhold.sock", "unix:spanhold.sock"},
      {"http://host:4318/v1/traces", "http", "host", 4318, "/v1/traces", "host:4318"},
      {"http://host:4318/a?b=c", "http", "host", 4318, "/a?b=c", "host:4318"},
      {"http://host:4318?b=c", "http", "host", 4318, "/?b=c", "host:4318"},
      {"HTTPS://host", "https", "host", 0, "", "host:0"},
      {"https://[::1]/", "https", "::1", 0, "/", "[::1]:0"},
      {"grpc://host:4317", "grpc", "host", 4317, "", "host:4317"},
      {"grpc://host:4317/", "grpc", "host", 4317, "", "host:4317"},
      {"dns:///host:4317", "dns", "host", 4317, "", "host:4317"},
  };

  for (const auto& c : cases) {
    const StatusOr<Endpoint> endpoint = ParseEndpoint(c.text);

    ASSERT_THAT(endpoint, IsOk()) << c.text;
    EXPECT_EQ(endpoint->scheme, c.scheme) << c.text;
    EXPECT_EQ(endpoint->host, c.host) << c.text;
    EXPECT_EQ(endpoint->port, c.port) << c.text;
    EXPECT_EQ(endpoint->path, c.path) << c.text;
    EXPECT_EQ(endpoint->Authority(), c.authority) << c.text;
  }
}

TEST(EndpointTest, SaysWhatIsWrong) {
  const struct {
    std::string_view text;
    std::string_view error;
  } cases[] = {
      {"", R"(want "host:port" like "localhost:4317", got "")"},
      {"my host:4317", R"(want "host:port" like "localhost:4317", got "my host:4317")"},
      {"host:4317/path",
       R"(want a port from 0 to 65535 like "localhost:4317", got "host:4317/path")"},
      {"localhost:", R"(want a port from 0 to 65535 like "localhost:4317", got "localhost:")"},
      {"localhost:http",
       R"(want a port from 0 to 65535 like "localhost:4317", got "localhost:http")"},
      {"localhost:65536",
       R"(want a port from 0 to 65535 like "localhost:4317", got "localhost:65536")"},
      {"localhost:-1", R"(want a port from 0 to 65535 like "localhost:4317", got "localhost:-1")"},
      {"::1:4317", R"(want brackets around an IPv6 address, like "[::1]:4317", got "::1:4317")"},
      {"[::1:4317", R"(want an IPv6 address like "[::1]:4317", got "[::1:4317")"},
      {"[host]:4317", R"(want an IPv6 address like "[::1]:4317", got "[host]:4317")"},
      {"[::1]4317", R"(want an IPv6 address like "[::1]:4317", got "[::1]4317")"},
      {"unix:", R"(want a path of a socket like "unix:/run/spanhold.sock", got "unix:")"},
      {"unix://run/a.sock",
       R"(want a path of a socket like "unix:/run/spanhold.sock", got "unix://run/a.sock")"},
      {"htpp://host", R"(want http, https, grpc, dns or unix before "://", got "htpp://host")"},
      {"http://", R"(want a host after "://", got "http://")"},
      {"http://:4318", R"(want a host after "://", got "http://:4318")"},
      {"http://host/a b",
       R"(want a URL path without spaces, "#" or other than ASCII characters, got "http://host/a b")"},
      {"http://host/#x",
       R"(want a URL path without spaces, "#" or other than ASCII characters, got "http://host/#x")"},
      {"grpc://host:4317/v1", R"(want no path after "host:port", got "grpc://host:4317/v1")"},
      {"dns://8.8.8.8/host:4317",
       R"(want "dns:///host:4317" (a name server of its own is not supported), got "dns://8.8.8.8/host:4317")"},
      {"http://me:secret@host",
       R"(want no user or password in a URL; set the "authorization" header instead)"},
  };

  for (const auto& c : cases) {
    EXPECT_THAT(ParseEndpoint(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument, std::string(c.error)));
  }
}

}  // namespace
}  // namespace spanhold::config
