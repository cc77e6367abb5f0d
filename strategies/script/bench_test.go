package script

import (
	"testing"

	"tollgate/strategies"
)

// BenchmarkCheck is parser, type check, lint and rewrite of the crossing script.
func BenchmarkCheck(b *testing.B) {
	src := FromText("cross.go", crossing)
	for b.Loop() {
		if _, err := Check(src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad is Check and a fresh interpreter, ready to run.
func BenchmarkLoad(b *testing.B) {
	src := FromText("cross.go", crossing)
	for b.Loop() {
		if _, err := Load(src, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func quoteHandler(b *testing.B, body string) func(*strategies.Context, *strategies.Quote) {
	b.Helper()
	return mustLoad(b, wrap("var line = strategies.Last()\nvar state struct{ n int; v float64 }\nfunc plain(x float64) float64 { return x }\ntype t struct{ v float64 }\nfunc (p *t) method(x float64) { p.v = x }\nvar thing t\nfunc OnQuote(ctx *strategies.Context, q *strategies.Quote) {\n"+body+"\n}")).Handlers.OnQuote
}

// Single operations in a handler, to be read against the empty one.
func BenchmarkHandler(b *testing.B) {
	for _, c := range []struct{ name, body string }{
		{"empty", ""},
		{"field of quote", "state.v = q.Bid"},
		{"field of line", "state.v = line.V"},
		{"local variable", "x := q.Bid\nstate.v = x"},
		{"library function", "state.v = math.Sqrt(2.5)"},
		{"script function", "state.v = plain(1.5)"},
		{"script method", "thing.method(1.5)"},
	} {
		b.Run(c.name, func(b *testing.B) {
			onQuote := quoteHandler(b, c.body)
			ctx, q := &strategies.Context{}, &strategies.Quote{Bid: 1}
			b.ReportAllocs()
			for b.Loop() {
				onQuote(ctx, q)
			}
		})
	}
}

// BenchmarkCross is one OnQuote of an average crossing with a position check,
// fields only.
func BenchmarkCross(b *testing.B) {
	p := mustLoad(b, crossing)
	ctx, q := &strategies.Context{}, &strategies.Quote{Bid: 4500.25, Ask: 4500.5}
	b.ReportAllocs()
	for b.Loop() {
		p.Handlers.OnQuote(ctx, q)
	}
}
