module spanhold.dev/interop/jaeger

go 1.24

require github.com/jaegertracing/jaeger v1.62.0
