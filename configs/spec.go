package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // so that sessions work on machines without zone files

	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// Bounds of what an instrument may be described as: beyond them a number is a slip
// of the finger.
const (
	maxRoot     = 32
	maxPoint    = 1_000_000_000 // account currency a point
	minRollDays = -31
	maxRollDays = 62
)

// ParseSpec reads "NAME=TICK,POINTVALUE", the text of the --spec flag: "AIG=0.01,1",
// "ZB=1/32,1000". NAME is a root, or the whole name of a thing that does not
// expire. The Spec has no contract months, no calendar (always open) and no fee.
func ParseSpec(text string) (engine.Spec, error) {
	name, rest, ok := strings.Cut(text, "=")
	tickText, pointText, ok2 := strings.Cut(rest, ",")
	if !ok || !ok2 {
		return engine.Spec{}, specError(text, "it takes NAME=TICK,POINTVALUE, as in AIG=0.01,1 or ZB=1/32,1000")
	}
	root := strings.ToUpper(strings.TrimSpace(name))
	if why := badRoot(root); why != "" {
		return engine.Spec{}, specError(text, "the name "+why)
	}
	tick, err := parseTick(strings.TrimSpace(tickText))
	if err != nil {
		return engine.Spec{}, specError(text, err.Error())
	}
	point, err := parsePoint(strings.TrimSpace(pointText))
	if err != nil {
		return engine.Spec{}, specError(text, err.Error())
	}
	s := engine.Spec{Root: root, Tick: tick, PointValue: point}
	if why := badSpec(s); why != "" {
		return engine.Spec{}, specError(text, why)
	}
	return s, nil
}

func specError(text, why string) error { return fmt.Errorf("--spec %s: %s", echo(text), why) }

// badRoot says what keeps a name, in upper case, from being a root; empty = nothing.
func badRoot(root string) string {
	if root == "" || len(root) > maxRoot {
		return fmt.Sprintf("must have 1 to %d characters", maxRoot)
	}
	if strings.Contains(root, " ") {
		return "has a space in it: describe the root, as in XYZ, not a contract such as XYZ 12-26"
	}
	for _, c := range root {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-/&$^", c)) {
			return "may have letters, digits and . _ - / & $ ^ only"
		}
	}
	return ""
}

// badSpec says what is impossible about a complete spec; empty = nothing.
func badSpec(s engine.Spec) string {
	if _, err := engine.NewInstrument(0, s.Root, s); err != nil {
		return err.Error()
	}
	for i, c := range s.Months {
		if !strings.ContainsRune(engine.MonthCodes, c) || strings.ContainsRune(s.Months[:i], c) {
			return fmt.Sprintf("months %q: each is one of the letters %s, once", s.Months, engine.MonthCodes)
		}
	}
	if s.RollDays < minRollDays || s.RollDays > maxRollDays {
		return fmt.Sprintf("roll_days %d is out of range: %d to %d", s.RollDays, minRollDays, maxRollDays)
	}
	if s.Fee < 0 {
		return "the fee is below zero"
	}
	return ""
}

// parseTick reads a tick size exactly: a decimal or a fraction of whole numbers.
func parseTick(s string) (engine.Nano, error) {
	over, under, isFraction := strings.Cut(s, "/")
	n, err := engine.ParseNano(over)
	if err != nil {
		return 0, fmt.Errorf("tick %s: it takes a decimal or a fraction, such as 0.25 or 1/32, with at most 9 decimals", echo(s))
	}
	if isFraction {
		d, err := engine.ParseNano(under)
		if err != nil || d <= 0 || d%engine.NanoScale != 0 || n%engine.NanoScale != 0 {
			return 0, fmt.Errorf("tick %s: a fraction is two whole numbers, such as 1/32", echo(s))
		}
		d /= engine.NanoScale
		if n%d != 0 {
			return 0, fmt.Errorf("tick %s: the fraction has more than 9 decimals", echo(s))
		}
		n /= d
	}
	if n <= 0 || n > 1_000_000*engine.NanoScale {
		return 0, fmt.Errorf("tick %s is out of range: above 0, at most 1000000", echo(s))
	}
	return n, nil
}

// parsePoint reads a point value exactly.
func parsePoint(s string) (decimal.Decimal, error) {
	m, err := engine.ParseMoney(s)
	if err != nil {
		return decimal.Zero, fmt.Errorf("point value %s: it takes a plain amount, such as 50 or 0.5, with at most 8 decimals", echo(s))
	}
	if m <= 0 || m > engine.Dollars(maxPoint) {
		return decimal.Zero, fmt.Errorf("point value %s is out of range: above 0, at most %d", echo(s), maxPoint)
	}
	return m.Decimal(), nil
}

// parseClock reads a wall-clock time of day, "HH:MM", as the time since midnight.
func parseClock(s string) (time.Duration, bool) {
	if len(s) != len("15:04") {
		return 0, false
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

// parseZone loads a time zone by its IANA name. The machine's own zone is refused:
// the same file must mean the same everywhere.
func parseZone(s string) (*time.Location, bool) {
	if s == "" || s == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(s)
	return loc, err == nil
}

// dayNames are the weekdays in the order of time.Weekday.
var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// calendar reads {zone, open, close, days}.
func (r *reporter) calendar(n *node) *engine.Calendar {
	c := &engine.Calendar{}
	before := len(r.problems)
	clock := func(to *time.Duration) func(*node) {
		return func(n *node) {
			s, ok := r.text(n)
			if *to, _ = parseClock(s); ok && !validClock(s) {
				r.fail(n, "%s is not a time of day: write hours and minutes in quotes, as in \"18:00\"", echo(s))
			}
		}
	}
	ok := r.object(n,
		entry{"zone", true, func(n *node) { c.Zone = r.zone(n) }},
		entry{"open", true, clock(&c.Open)},
		entry{"close", true, clock(&c.Close)},
		entry{"days", true, func(n *node) { r.days(n, &c.Days) }},
	)
	if !ok || len(r.problems) > before {
		return nil
	}
	return c
}

func validClock(s string) bool { _, ok := parseClock(s); return ok }

func (r *reporter) zone(n *node) *time.Location {
	s, ok := r.text(n)
	if !ok {
		return nil
	}
	loc, ok := parseZone(s)
	if !ok {
		r.fail(n, "%s is not a time zone: write its IANA name, such as America/New_York", echo(s))
	}
	return loc
}

func (r *reporter) days(n *node, to *[7]bool) {
	if !r.is(n, list) {
		return
	}
	for _, item := range n.items {
		s, ok := r.text(item)
		if !ok {
			continue
		}
		i := slices.Index(dayNames, strings.ToLower(s))
		if i < 0 {
			r.fail(item, "%s is not a day: use %s", echo(s), strings.Join(dayNames, ", "))
			continue
		}
		to[i] = true
	}
	if len(n.items) == 0 {
		r.fail(n, "is empty: without a day the market never opens")
	}
}
