// Package counter turns its position every seventh bar since its own begin, so a
// run that begins later never decides the same.
package counter

import "tollgate/strategies"

var (
	bars = strategies.Minutes(1)
	n    int
)

func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	n++
	if n%7 == 0 {
		ctx.Target(1 - 2*(n/7%2))
	}
}
