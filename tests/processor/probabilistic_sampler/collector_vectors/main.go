// Prints what the OpenTelemetry Collector's probabilistic_sampler makes of random spans, one line
// each, tab-separated:
//
//	mode percentage seed precision fail_closed trace_id tracestate priority | kept tracestate policy
//
// trace_id is hex; priority is empty or a type letter (s, i, d, b) and a value.
// Usage: go run -mod=mod . [spans for each configuration] [seed]
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/probabilisticsamplerprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

type span struct{ id, state, priority string }

var rng *rand.Rand

func pick(list ...string) string { return list[rng.Intn(len(list))] }

func hexDigits(n int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, n)
	for i := range out {
		out[i] = digits[rng.Intn(16)]
	}
	return string(out)
}

// A threshold that a sampler would write, or any.
func th() string {
	if rng.Intn(2) == 0 {
		return pick("0", "8", "c", "e666", "fd70a", "ffbe77", "4", "aaab", "ffffffffffffff", "00000000000001")
	}
	return hexDigits(1 + rng.Intn(14))
}

func rv() string {
	if rng.Intn(3) == 0 {
		return pick("ffffffffffffff", "00000000000000", "80000000000000", "7fffffffffffff")
	}
	return hexDigits(14)
}

func ot() string {
	switch rng.Intn(12) {
	case 0, 1, 2:
		return "th:" + th()
	case 3, 4:
		return "rv:" + rv()
	case 5, 6:
		return "rv:" + rv() + ";th:" + th()
	case 7:
		return "th:" + th() + ";rv:" + rv()
	case 8:
		return "a:b;th:" + th() + ";c9:D-._"
	case 9:
		return "p:8;r:62"
	case 10:
		return pick("TH:8", "th:", "th:8;", ";th:8", "rv:12", "rv:zzzzzzzzzzzzzz", "th:8;;a:b", "th:123456789abcdef", ":8", "a", "th:AB", "rv:ABCDEFABCDEFAB", "th:g", "a:"+strings.Repeat("x", 250), "a:"+strings.Repeat("x", 254), "a:"+strings.Repeat("x", 255), "th:8;th:c", "rv:"+rv()+";rv:"+rv(), "a:=", "a: b", "a1:", "1a:b")
	default:
		return "th:" + strings.ToUpper(th())
	}
}

func other() string {
	return pick("vendor=value", "a=b", "congo=t61rcWkgMzE", "tenant@system=x", "1a@b=c", "a_-*/=x y", " spaced=v ", "\ta=b\t", "", " ", strings.Repeat("k", 256)+"=v", strings.Repeat("k", 257)+"=v", strings.Repeat("t", 241)+"@s=v", strings.Repeat("t", 242)+"@s=v", "t@"+strings.Repeat("s", 14)+"=v", "t@"+strings.Repeat("s", 15)+"=v", "a="+strings.Repeat("v", 256), "a="+strings.Repeat("v", 257), "A=b", "1=b", "@a=b", "a@=b", "a@1=b", "a=b=c", "=b", "a=", "a", "a=b ;c", "ot=th:8", "é=a", "a=é")
}

func state() string {
	var members []string
	switch rng.Intn(10) {
	case 0, 1, 2:
		return ""
	case 3, 4, 5:
		members = []string{"ot=" + ot()}
	case 6:
		members = []string{"ot=" + ot(), other()}
	case 7:
		members = []string{other(), "ot=" + ot()}
	case 8:
		n := pick("1", "29", "30", "31", "32", "33")
		count, _ := strconv.Atoi(n)
		for i := 0; i < count; i++ {
			members = append(members, fmt.Sprintf("k%d=v", i))
		}
		if rng.Intn(2) == 0 {
			members = append(members, "ot="+ot())
		}
	default:
		for i := 0; i < 1+rng.Intn(5); i++ {
			members = append(members, other())
		}
	}
	return strings.Join(members, ",")
}

func id() string {
	switch rng.Intn(8) {
	case 0:
		return strings.Repeat("0", 32)
	case 1:
		return pick("4bf92f3577b34da6a3ce929d0e0e4736", "5b8efff798038103d269b633813fc60c", strings.Repeat("f", 32), strings.Repeat("0", 31)+"1", "8"+strings.Repeat("0", 31))
	}
	return hexDigits(32)
}

func priority() string {
	switch rng.Intn(6) {
	case 0:
		return pick("i0", "i1", "i-1", "i2", "d0", "d-0", "d0.5", "d-0.5", "dNaN", "dInf", "d-Inf", "btrue", "bfalse")
	case 1:
		return "s" + pick("0", "1", "-1", "+1", " 1", "1 ", "0.0", "1_000", "1__0", "_1", "1_", "0x1p0", "0x10", "0x0p0", "0X_1p0", "1e999", "-1e999", "1e-400", "1e-320", "inf", "+Inf", "-inf", "infinity", "nan", "NaN", "nan(x)", "0x", "1e", ".5", "5.", ".", "1.5.2", "true", "", "1e5_0", "0x.p1", "0x1.8p1", "infi", "00", "0_0", "1f", "i")
	}
	return ""
}

func setPriority(s ptrace.Span, p string) {
	s.Attributes().PutStr("http.method", "GET")
	if p == "" {
		return
	}
	switch p[0] {
	case 's':
		s.Attributes().PutStr("sampling.priority", p[1:])
	case 'i':
		v, _ := strconv.ParseInt(p[1:], 10, 64)
		s.Attributes().PutInt("sampling.priority", v)
	case 'd':
		v, _ := strconv.ParseFloat(p[1:], 64)
		s.Attributes().PutDouble("sampling.priority", v)
	case 'b':
		s.Attributes().PutBool("sampling.priority", p[1:] == "true")
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The policy of the one decision counted since the last call.
func policy(reader *metric.ManualReader, seen map[string]int64) string {
	var rm metricdata.ResourceMetrics
	check(reader.Collect(context.Background(), &rm))
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok || !strings.Contains(m.Name, "count_traces_sampled") {
				continue
			}
			for _, p := range sum.DataPoints {
				name, _ := p.Attributes.Value("policy")
				sampled, _ := p.Attributes.Value("sampled")
				key := name.AsString() + sampled.AsString()
				if p.Value > seen[key] {
					seen[key] = p.Value
					return name.AsString()
				}
			}
		}
	}
	return "?"
}

func main() {
	spans, seed := 4, int64(1)
	if len(os.Args) > 1 {
		spans, _ = strconv.Atoi(os.Args[1])
	}
	if len(os.Args) > 2 {
		seed, _ = strconv.ParseInt(os.Args[2], 10, 64)
	}
	rng = rand.New(rand.NewSource(seed))
	factory := probabilisticsamplerprocessor.NewFactory()
	for _, mode := range []string{"hash_seed", "proportional", "equalizing"} {
		for _, pct := range []string{"0", "0.000001", "0.005", "0.1", "1", "10", "33.333", "50", "75", "99.99", "100", "150"} {
			for _, closed := range []bool{true, false} {
				cfg := factory.CreateDefaultConfig().(*probabilisticsamplerprocessor.Config)
				check(cfg.Mode.UnmarshalText([]byte(mode)))
				value, _ := strconv.ParseFloat(pct, 64)
				cfg.SamplingPercentage = float32(value)
				cfg.HashSeed = []uint32{0, 22, 4294967295}[rng.Intn(3)]
				cfg.SamplingPrecision = []int{4, 1, 14, 7}[rng.Intn(4)]
				cfg.FailClosed = closed
				check(cfg.Validate())
				reader := metric.NewManualReader()
				set := processor.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
				set.MeterProvider = metric.NewMeterProvider(metric.WithReader(reader))
				var out []ptrace.Traces
				next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error { out = append(out, td); return nil })
				check(err)
				proc, err := factory.CreateTraces(context.Background(), set, cfg, next)
				check(err)
				seen := map[string]int64{}
				for i := 0; i < spans; i++ {
					in := span{id(), state(), priority()}
					td := ptrace.NewTraces()
					s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
					raw, _ := hex.DecodeString(in.id)
					s.SetTraceID(pcommon.TraceID(raw))
					s.TraceState().FromRaw(in.state)
					setPriority(s, in.priority)
					out = nil
					check(proc.ConsumeTraces(context.Background(), td))
					kept, after := "0", ""
					if len(out) > 0 {
						kept = "1"
						after = out[0].ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceState().AsRaw()
					}
					fmt.Println(strings.Join([]string{mode, pct, strconv.Itoa(int(cfg.HashSeed)), strconv.Itoa(cfg.SamplingPrecision), strconv.FormatBool(closed), in.id, strings.ReplaceAll(in.state, "\t", "\\t"), in.priority, kept, strings.ReplaceAll(after, "\t", "\\t"), policy(reader, seen)}, "\t"))
				}
			}
		}
	}
}
