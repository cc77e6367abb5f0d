package strategies

import (
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/engine"
)

// declareAll declares one parameter of each type and returns their values.
func declareAll(s *Setup) []any {
	return []any{
		s.Int("n", 10, 1, 20, "a number"),
		s.Float("x", 1.5, -2, 2, "another"),
		s.Bool("on", true, "a switch"),
		s.Choice("mode", "fast", "a choice", "fast", "slow"),
		s.Duration("wait", time.Minute, time.Second, time.Hour, "a pause"),
		s.TimeOfDay("open", "09:30", "a time"),
	}
}

func TestParameters(t *testing.T) {
	for _, c := range []struct {
		name, given string
		at          int
		value       any
		text        string // in force
		err         string // part of it; empty = none
	}{
		{"n", "", 0, 10, "10", ""},
		{"n", "1", 0, 1, "1", ""},
		{"n", "20", 0, 20, "20", ""},
		{"n", "+5", 0, 5, "5", ""},
		{"n", "0", 0, 10, "0", "outside its range 1 to 20"},
		{"n", "21", 0, 10, "21", "outside its range 1 to 20"},
		{"n", "5.0", 0, 10, "5.0", "not a whole number"},
		{"n", " 5", 0, 10, " 5", "not a whole number"},
		{"n", "99999999999999999999", 0, 10, "", "not a whole number"},
		{"x", "-2", 1, -2.0, "-2", ""},
		{"x", "2.0", 1, 2.0, "2", ""},
		{"x", "1e0", 1, 1.0, "1", ""},
		{"x", "2.0000001", 1, 1.5, "", "outside its range -2 to 2"},
		{"x", "NaN", 1, 1.5, "", "outside its range"},
		{"x", "Inf", 1, 1.5, "", "outside its range"},
		{"x", "-inf", 1, 1.5, "", "outside its range"},
		{"x", "1,5", 1, 1.5, "", "not a number"},
		{"on", "false", 2, false, "false", ""},
		{"on", "0", 2, false, "false", ""},
		{"on", "yes", 2, true, "", "not true or false"},
		{"mode", "slow", 3, "slow", "slow", ""},
		{"mode", "Slow", 3, "fast", "", "not one of: fast, slow"},
		{"wait", "1s", 4, time.Second, "1s", ""},
		{"wait", "60m", 4, time.Hour, "1h0m0s", ""},
		{"wait", "999ms", 4, time.Minute, "", "outside its range 1s to 1h0m0s"},
		{"wait", "90", 4, time.Minute, "", "not a duration such as 90s or 5m"},
		{"open", "16:00", 5, 16 * 3600, "16:00", ""},
		{"open", "00:00:00", 5, 0, "", ""},
		{"open", "23:59:59", 5, 86399, "", ""},
		{"open", "24:00", 5, 0, "", "not a time of day"},
		{"open", "09:30:00.5", 5, 0, "", "not a time of day"},
		{"open", "9.30", 5, 0, "", "not a time of day"},
	} {
		given := map[string]string{}
		if c.given != "" {
			given[c.name] = c.given
		}
		s := NewSetup(given)
		value := declareAll(s)[c.at]
		err := s.Seal()
		if value != c.value {
			t.Errorf("%s=%s is %v, want %v", c.name, c.given, value, c.value)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s=%s: error %v, want %q", c.name, c.given, err, c.err)
		}
		if got := s.Params[c.at].Value; c.err == "" && c.text != "" && got != c.text {
			t.Errorf("%s=%s is in force as %q, want %q", c.name, c.given, got, c.text)
		}
	}
}

func TestParameterDeclarationsThatCannotBe(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		declare func(s *Setup)
		err     string
	}{
		"default below":      {func(s *Setup) { s.Int("n", 0, 1, 2, "") }, "default 0 is not inside its range 1 to 2"},
		"default above":      {func(s *Setup) { s.Int("n", 3, 1, 2, "") }, "default 3 is not inside"},
		"range upside down":  {func(s *Setup) { s.Float("x", 1, 2, 0, "") }, "its lowest value, 2, is above its highest, 0"},
		"default not number": {func(s *Setup) { s.Float("x", nan, 0, 2, "") }, "not inside its range"},
		"low not number":     {func(s *Setup) { s.Float("x", 1, nan, 2, "") }, "not inside its range"},
		"high not number":    {func(s *Setup) { s.Float("x", 1, 0, nan, "") }, "not inside its range"},
		"twice":              {func(s *Setup) { s.Int("n", 1, 1, 2, ""); s.Bool("n", true, "") }, `"n" is declared twice`},
		"no name":            {func(s *Setup) { s.Bool("", true, "") }, "use a word"},
		"name with =":        {func(s *Setup) { s.Bool("a=b", true, "") }, "use a word"},
		"default no option":  {func(s *Setup) { s.Choice("c", "x", "", "a", "b") }, `default "x" is not one of its options`},
		"default no time":    {func(s *Setup) { s.TimeOfDay("t", "half past nine", "") }, "not a time of day"},
		"bars twice":         {func(s *Setup) { s.Minutes(1); s.Minutes(1) }, "declared twice"},
		"no bars":            {func(s *Setup) { s.Ticks(0) }, "1 to 1000000"},
		"too many":           {func(s *Setup) { s.Volume(1_000_001) }, "1 to 1000000"},
		"length":             {func(s *Setup) { s.SMA(s.Last(), 0) }, "allowed is"},
		"no input":           {func(s *Setup) { s.SMA(nil, 3) }, "its input is not a line"},
		"foreign input":      {func(s *Setup) { s.EMA(&Line{}, 3) }, "its input is not a line"},
		"no bars as input":   {func(s *Setup) { s.ATR(nil, 3) }, "not a stream of bars"},
		"foreign bars":       {func(s *Setup) { s.ATR(&Bars{}, 3) }, "not a stream of bars"},
		"cross of nothing":   {func(s *Setup) { s.Cross(nil, s.Last()) }, "its input is not a line"},
	} {
		s := NewSetup(nil)
		c.declare(s)
		if err := s.Seal(); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		}
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	s := NewSetup(map[string]string{"zeta": "1", "alpha": "2", "n": "x"})
	s.Int("n", 1, 1, 2, "")
	s.SMA(s.Last(), -1)
	err := s.Seal()
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for n, want := range []string{`"x" is not a whole number`, "SMA", `"alpha" is not declared by this strategy; it has: n`, `"zeta"`} {
		if n >= len(lines) || !strings.Contains(lines[n], want) {
			t.Errorf("line %d of %q: want %q", n, lines, want)
		}
	}
	if len(lines) != 4 {
		t.Errorf("%d mistakes: %q", len(lines), lines)
	}
}

// TestDeclaredLate: a declaration inside a handler could never be kept up to
// date. It stops the strategy with a reason.
func TestDeclaredLate(t *testing.T) {
	for what, declare := range map[string]func(s *Setup){
		"parameter n": func(s *Setup) { s.Int("n", 1, 1, 2, "") },
		"bars":        func(s *Setup) { s.Minutes(1) },
		"a line":      func(s *Setup) { s.Bid() },
		"EMA":         func(s *Setup) { s.EMA(s.graph.last, 3) },
		"VWAP":        func(s *Setup) { s.VWAP() },
	} {
		r, s := newRig(t, nil), NewSetup(nil)
		s.Last()
		r.join(s, Handlers{OnStart: func(*Context) { declare(s) }})
		r.start(noon)
		if h := r.halts(); len(h) != 1 || !strings.Contains(h[0], what+" must be declared as a package variable") {
			t.Errorf("%s: halts %q", what, h)
		}
	}
}

func TestBarsThatDoNotFitTheInstrument(t *testing.T) {
	r, s := newRig(t, nil), NewSetup(nil)
	s.Hours(25)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	err := r.runner.Join(0, &Program{Name: "test", Setup: s}, r.id, FlattenOnPanic)
	if err == nil || !strings.Contains(err.Error(), "test on ES 06-24: bars of 25h") {
		t.Errorf("error %v", err)
	}
	r.event(blank(noon, engine.QuoteChange)) // and nobody is there
}
