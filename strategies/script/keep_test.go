package script

import (
	"strings"
	"testing"
)

// TestKeptEventInFunc: a func literal that outlives the handler must not hold its event.
func TestKeptEventInFunc(t *testing.T) {
	for body, refused := range map[string]bool{
		"f = func() float64 { return q.Bid }":                                 true,
		"f = (func() float64 { return q.Bid })":                               true,
		"p := q\nf = func() float64 { return p.Bid }":                         true,
		"s.f = func() float64 { return q.Bid }":                               true,
		"s = box{f: func() float64 { return q.Bid }}":                         true,
		"p := &s\np.f = func() float64 { return q.Bid }":                      true,
		"m[\"x\"] = func() float64 { return q.Bid }":                          true,
		"list = append(list, func() float64 { return q.Bid })":                true,
		"x, y := 1, 2\nx, f = y, func() float64 { return q.Bid }\nctx.Log(x)": true,
		"bid := q.Bid\nf = func() float64 { return bid }":                     false,
		"c := *q\nf = func() float64 { return c.Bid }":                        false,
		"g := func() float64 { return q.Bid }\nctx.Log(g())":                  false,
		"var b box\nb.f = func() float64 { return q.Bid }\nctx.Log(b.f())":    false,
		"ctx.Log(call(func() float64 { return q.Bid }))":                      false,
		"h = func(q *strategies.Quote) float64 { return q.Bid }":              false,
	} {
		text := `package p
import "tollgate/strategies"
type box struct{ f func() float64 }
var (
	f    func() float64
	h    func(q *strategies.Quote) float64
	s    box
	m    = map[string]func() float64{}
	list []func() float64
)
func call(f func() float64) float64 { return f() }
func OnQuote(ctx *strategies.Context, q *strategies.Quote) {
` + body + `
}
`
		found := findings(t, text)
		if told := len(found) == 1 && found[0].Code == "kept-event" && strings.Contains(found[0].Message, "*strategies.Quote"); told != refused || !refused && len(found) > 0 {
			t.Errorf("%s: %v", body, found)
		}
	}
}
