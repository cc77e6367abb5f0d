package tune

import (
	"slices"
	"strings"
	"testing"

	"tollgate/strategies"
)

// declared are parameters of every type, made by the constructors that scripts use.
func declared() []strategies.Param {
	s := strategies.NewSetup(nil)
	s.Int("fast", 9, 2, 200, "")
	s.Float("mult", 1.5, -1, 10, "")
	s.Duration("wait", 60e9, 1e9, 600e9, "")
	s.Bool("short", true, "")
	s.Choice("mode", "trend", "", "trend", "fade", "both")
	s.TimeOfDay("from", "09:30", "")
	return s.Params
}

func TestParseAxis(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"fast", "5..30/5", "5 10 15 20 25 30"},
		{"fast", "5..29/5", "5 10 15 20 25"},
		{"fast", "2..4", "2 3 4"},
		{"fast", "7..7", "7"},
		{"fast", "200,2, 30", "200 2 30"},
		{"fast", "198..200", "198 199 200"},
		{"mult", "0.1..0.5/0.1", "0.1 0.2 0.3 0.4 0.5"},
		{"mult", "-0.2..0.2/0.2", "-0.2 0 0.2"},
		{"mult", "1e0,2.50", "1 2.5"},
		{"wait", "30s..2m/30s", "30s 1m0s 1m30s 2m0s"},
		{"wait", "90s,2m", "1m30s 2m0s"},
		{"short", "*", "false true"},
		{"short", "true,false", "true false"},
		{"mode", "*", "trend fade both"},
		{"mode", "fade,trend", "fade trend"},
		{"from", "09:30..11:00/30m", "09:30 10:00 10:30 11:00"},
		{"from", "09:30..09:31/30s", "09:30 09:30:30 09:31"},
	} {
		a, err := ParseAxis(declared(), c.name, c.text)
		if got := strings.Join(a.Values, " "); err != nil || got != c.want {
			t.Errorf("%s=%s: %s, %v; want %s", c.name, c.text, got, err, c.want)
		}
		if want := c.name != "mode" && c.name != "short"; a.Ordered != want {
			t.Errorf("%s: ordered is %v", c.name, a.Ordered)
		}
	}
}

func TestParseAxisRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"fats", "1..2", `parameter "fats" is not declared by this strategy; it has: fast, mult`},
		{"fast", "1..5", "1 is outside the declared range 2 to 200"},
		{"fast", "190..201", "201 is outside the declared range 2 to 200"},
		{"fast", "5,201", "201 is outside the declared range 2 to 200"},
		{"fast", "30..5", "30 is above 5"},
		{"fast", "5..30/0", "the step must be above zero"},
		{"fast", "5..30/-5", "the step must be above zero"},
		{"fast", "5..30/0.5", `"0.5" is not a whole number`},
		{"fast", "5.5..30", `"5.5" is not a whole number`},
		{"fast", "..30", `"" is not a whole number`},
		{"fast", "5..", `"" is not a whole number`},
		{"fast", "5,,6", `"" is not a whole number`},
		{"fast", "5,5", "5 is listed twice"},
		{"fast", "*", "* stands for all options"},
		{"mult", "0..1", "say the step"},
		{"mult", "0..1/1e-9", "take a larger step"},
		{"mult", "0..1e999999999/1", "is not a number"},
		{"mult", "nan,1", `"nan" is not a number`},
		{"wait", "1s..2s/1", `"1" is not a duration`},
		{"mode", "trend..fade", "has no range"},
		{"mode", "trend,up", `"up" is not one of: trend, fade, both`},
		{"short", "false..true", "has no range"},
		{"short", "yes,no", `"yes" is not true or false`},
		{"from", "09:30..10:00/1ms", "whole seconds"},
		{"from", "9h..10h/1h", "is not a time of day"},
	} {
		a, err := ParseAxis(declared(), c.name, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v, %v; want an error with %q", c.name, c.text, a.Values, err, c.want)
		}
	}
}

// TestAxisBound: as many values as allowed, and one more.
func TestAxisBound(t *testing.T) {
	s := strategies.NewSetup(nil)
	s.Int("n", 1, 1, 100_000, "")
	if a, err := ParseAxis(s.Params, "n", "1..10000"); err != nil || len(a.Values) != MaxValues {
		t.Errorf("%d values, %v", len(a.Values), err)
	}
	if _, err := ParseAxis(s.Params, "n", "1..10001"); err == nil {
		t.Error("one value more than allowed was accepted")
	}
}

func TestNewSpace(t *testing.T) {
	if _, err := NewSpace(); err == nil {
		t.Error("a space without axes")
	}
	if _, err := NewSpace(axis("a", 2), axis("a", 3)); err == nil {
		t.Error("an axis twice")
	}
	if _, err := NewSpace(axis("a", 0)); err == nil {
		t.Error("an axis without values")
	}
	s, err := NewSpace(axis("a", 3), axis("b", 4))
	if err != nil || s.Size() != 12 {
		t.Fatal(s.Size(), err)
	}
	if p := s.At(7); !slices.Equal(p, Point{1, 3}) || s.Text(p) != "a=1 b=3" || s.Params(p)["b"] != "3" {
		t.Error(p, s.Text(p))
	}
}

// FuzzParseAxis: nothing a user types panics or is slow, and what is accepted is
// accepted by the strategy itself, value by value.
func FuzzParseAxis(f *testing.F) {
	for _, text := range []string{"5..30/5", "a,b", "*", "0.1..0.5/0.1", "1..2/1e-40", "09:00..10:00/1s", "30s..5m/7s", "..", "/", "1e39,2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range declared() {
			a, err := ParseAxis(declared(), p.Name, text)
			if err != nil {
				continue
			}
			for _, v := range a.Values {
				s := strategies.NewSetup(map[string]string{p.Name: v})
				s.Int("fast", 9, 2, 200, "")
				s.Float("mult", 1.5, -1, 10, "")
				s.Duration("wait", 60e9, 1e9, 600e9, "")
				s.Bool("short", true, "")
				s.Choice("mode", "trend", "", "trend", "fade", "both")
				s.TimeOfDay("from", "09:30", "")
				if err := s.Seal(); err != nil {
					t.Fatalf("%s=%s gives %q, which the strategy refuses: %v", p.Name, text, v, err)
				}
			}
		}
	})
}
