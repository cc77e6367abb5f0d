package cli

import (
	"fmt"
	"time"

	"tollgate/engine"
	"tollgate/sim/venue"
)

// senseLine is a line of the table of sensitivity. Money is exact in JSON.
type senseLine struct {
	Name     string       `json:"scenario"`
	Net      engine.Money `json:"-"`
	Drawdown engine.Money `json:"-"`
	NetText  string       `json:"net_pnl"`
	Fills    int          `json:"fills"`
	Trips    int          `json:"round_trips"`
	DownText string       `json:"max_drawdown"`
	gone     string       // "under touch": how its end of the profit reads
}

// assumedLatency is what latencies are multiples of where none is configured.
const assumedLatency = 100 * time.Millisecond

// sensitivity runs under other fill models, latencies and fees.
func (d *doctor) sensitivity() ([]errand, func() verdict) {
	usual := d.usual()
	lines := []senseLine{{Name: fmt.Sprintf("as configured: %s, latency %s, fees x1", usual.fill, usual.latency)}}
	var probes []probe
	add := func(t probe, name, gone string) {
		lines = append(lines, senseLine{Name: name, gone: gone})
		probes = append(probes, t)
	}
	for _, m := range []venue.Model{venue.Conservative, venue.Queue, venue.Touch} {
		if t := usual; m != usual.fill {
			t.fill = m
			add(t, "fill model "+m.String(), "under the fill model "+m.String())
		}
	}
	for _, l := range latencies(usual.latency) {
		t := usual
		t.latency = l
		add(t, "latency "+l.String(), "at a latency of "+l.String())
	}
	for _, fees := range []struct {
		times int
		gone  string
	}{{0, "without fees"}, {2, "at double fees"}} {
		t := usual
		t.fees = fees.times
		add(t, fmt.Sprintf("fees x%d", fees.times), fees.gone)
	}
	lines[0].take(d.base)
	var errands []errand
	for i, t := range probes {
		errands = append(errands, errand{t, lines[i+1].take})
	}
	return errands, func() verdict {
		c := judgeSensitivity(lines)
		if d.base.result.Fees == 0 && lines[0].Fills > 0 {
			c.note("no fees are configured for what was traded: give them in the configuration (--config)")
		}
		return c
	}
}

// latencies are 0, the configured one, twice and five times it, without the
// configured one itself.
func latencies(l time.Duration) []time.Duration {
	if l == 0 {
		return []time.Duration{assumedLatency, 2 * assumedLatency, 5 * assumedLatency}
	}
	return []time.Duration{0, 2 * l, 5 * l}
}

func (s *senseLine) take(o *probed) {
	r := o.result
	s.Net, s.Fills, s.Trips, s.Drawdown = r.Net(), len(r.Fills), len(r.Trips), r.MaxDrawdown
	s.NetText, s.DownText = s.Net.String(), s.Drawdown.String()
}

// judgeSensitivity flags every change of the sign of the profit. A profit is more
// than nothing.
func judgeSensitivity(lines []senseLine) verdict {
	c := verdict{Name: "sensitivity", Status: statusOK, Table: lines}
	base := &lines[0]
	traded, losses := base.Fills, 0
	if base.Net < 0 {
		losses++
	}
	for i := range lines[1:] {
		s := &lines[i+1]
		traded += s.Fills
		if s.Net < 0 {
			losses++
		}
		switch {
		case base.Net > 0 && s.Net <= 0:
			c.warn("the profit of %s is gone %s: %s", toCents(base.Net), s.gone, toCents(s.Net))
		case base.Net <= 0 && s.Net > 0:
			c.warn("there is a profit only %s: %s", s.gone, toCents(s.Net))
		}
	}
	switch {
	case traded == 0:
		c.Status = statusSkip
		c.say("nothing was filled")
	case c.Status == statusOK && base.Net > 0:
		c.say("the profit survives other fill models, latencies and fees")
	case c.Status == statusOK && losses == len(lines):
		c.say("a loss under every fill model, latency and fee that was tried")
	case c.Status == statusOK:
		c.say("no profit under any fill model, latency and fee that was tried; a loss in %d of %d runs", losses, len(lines))
	default:
		c.Mend = "what only a friendly assumption earns is not earned; test with the assumptions you would bet on"
	}
	return c
}

// toCents prints an amount to the cent, as tables do.
func toCents(m engine.Money) string { return m.Decimal().StringFixed(2) }
