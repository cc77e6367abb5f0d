// Package breakout trades the break of the opening range, protected by a bracket.
package breakout

import "tollgate/strategies"

var (
	open    = strategies.TimeOfDay("open", "09:30", "begin of the opening range, exchange time")
	minutes = strategies.Int("minutes", 15, 1, 240, "length of the opening range")
	last    = strategies.TimeOfDay("last", "15:55", "when the position is closed, exchange time")
	size    = strategies.Int("size", 1, 1, 50, "contracts per entry")
	reward  = strategies.Float("reward", 1.5, 0.1, 20, "distance of the target, in opening ranges")

	_ = strategies.Minutes(1) // the bars OnBar gets

	// State: names with a capital letter live on when the script is reloaded.
	Day       int     // trade date the range belongs to
	High, Low float64 // of the opening range so far
	Bars      int     // bars in the range
	Entered   bool
)

// OnBar gathers the range, then waits for the first close beyond it.
func OnBar(ctx *strategies.Context, b *strategies.Bar) {
	if ctx.Date != Day {
		Day = ctx.Date
		Bars = 0
		Entered = false
	}
	now := ctx.TimeOfDay
	switch {
	case now >= last:
		if ctx.Position != 0 || ctx.Working > 0 {
			ctx.Flatten()
		}
	case now > open && now <= open+minutes*60:
		gather(b)
	case now > open+minutes*60 && Bars > 0 && !Entered:
		enter(ctx, b)
	}
}

// gather widens the range by a bar.
func gather(b *strategies.Bar) {
	if Bars == 0 || b.High > High {
		High = b.High
	}
	if Bars == 0 || b.Low < Low {
		Low = b.Low
	}
	Bars++
}

// enter goes with the break; the far side of the range is the stop.
func enter(ctx *strategies.Context, b *strategies.Bar) {
	span := (High - Low) * reward
	if span < ctx.Tick {
		return
	}
	if b.Close > High {
		ctx.BuyBracket(size, ctx.RoundDown(Low), ctx.Round(b.Close+span))
		Entered = true
	} else if b.Close < Low {
		ctx.SellBracket(size, ctx.RoundUp(High), ctx.Round(b.Close-span))
		Entered = true
	}
}
