package indicator

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCross(t *testing.T) {
	for _, c := range []struct {
		name string
		diff []float64 // a - b; NaN = a line is not ready
		want string    // u = up, d = down, . = neither
	}{
		{"clean", []float64{-1, 1, 2, -1}, ".u.d"},
		{"first side is no crossing", []float64{3, 2, 1}, "..."},
		{"touch, then continue", []float64{-1, 0, 1}, "..u"},
		{"touch, then turn back", []float64{-1, 0, -1}, "..."},
		{"long touch, then continue", []float64{2, 0, 0, 0, -1, -2}, "....d."},
		{"touch after a crossing", []float64{-1, 1, 0, 1}, ".u.."},
		{"first a touch", []float64{0, 1, 0, -1}, "...d"},
		{"only touches", []float64{0, 0, 0}, "..."},
		{"every update", []float64{1, -1, 1, -1}, ".dud"},
		{"not ready forgets the side", []float64{-1, nan, 1, -1}, "...d"},
		{"never ready", []float64{nan, nan}, ".."},
	} {
		x, counted := NewCross(), 0
		got := ""
		for _, d := range c.diff {
			a, b := Line{V: 100 + d, Ready: d == d}, Line{V: 100, Ready: true}
			x.Update(&a, &b)
			if a.Ready {
				counted++
			}
			got += map[[2]bool]string{{true, false}: "u", {false, true}: "d", {false, false}: ".", {true, true}: "!"}[[2]bool{x.Up, x.Down}]
		}
		if got != c.want || x.N != counted {
			t.Errorf("%s: %q after %d, want %q after %d", c.name, got, x.N, c.want, counted)
		}
	}
}

func TestCrossLevel(t *testing.T) {
	x := NewCross()
	up := 0
	for _, v := range []float64{60, 69, 70, 71, 72} {
		x.UpdateLevel(&Line{V: v, Ready: true}, 70)
		if x.Up {
			up++
			if v != 71 {
				t.Errorf("up at %v", v)
			}
		}
	}
	x.UpdateLevel(&Line{V: 60, Ready: true}, nan)
	if up != 1 || x.Up || x.Down || x.side != 0 {
		t.Errorf("crossed up %d times, then %+v", up, *x)
	}
	x.Update(nil, nil)
	if x.Up || x.Down {
		t.Errorf("crossed without lines: %+v", *x)
	}
}

// TestCrossTwin looks for the crossing by searching the history backwards.
func TestCrossTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		diffs := rapid.SliceOfN(rapid.IntRange(-1, 1), 1, 60).Draw(t, "signs")
		x := NewCross()
		for i, d := range diffs {
			x.Update(&Line{V: float64(d), Ready: true}, &Line{Ready: true})
			before := 0
			for j := i - 1; j >= 0 && before == 0; j-- {
				before = diffs[j]
			}
			if x.Up != (d > 0 && before < 0) || x.Down != (d < 0 && before > 0) {
				t.Fatalf("after %v: %+v", diffs[:i+1], *x)
			}
		}
	})
}

// TestVWAPSession: a new session starts anew, and without volume there is no price.
func TestVWAPSession(t *testing.T) {
	v := NewVWAP()
	for i, c := range []struct {
		price, size float64
		session     int
		want        float64
	}{
		{100, 0, 1, nan},
		{100, 2, 1, 100},
		{103, 1, 1, 101},
		{500, 0, 1, 101}, // no weight
		{500, -1, 1, 101},
		{nan, 1, 1, 101},
		{50, 0, 2, nan}, // a new session, nothing traded
		{60, 4, 2, 60},
		{70, 4, 1, 70}, // any change of session counts
	} {
		v.UpdateTrade(c.price, c.size, c.session)
		if !near(v.V, c.want, 1, 0) || v.Ready == (c.want != c.want) {
			t.Errorf("after trade %d: %+v, want %v", i, v.Line, c.want)
		}
	}
	if v.N != 7 {
		t.Errorf("N is %d, want 7: two trades were unusable", v.N)
	}
}

// TestVWAPBarsEqualTrades: bars of single prices and the trades themselves agree.
func TestVWAPBarsEqualTrades(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := NewVWAP(), NewVWAP()
		for range rapid.IntRange(1, 40).Draw(t, "trades") {
			p, q := float64(3*rapid.IntRange(1, 9).Draw(t, "price")), float64(rapid.IntRange(0, 9).Draw(t, "size"))
			s := rapid.IntRange(1, 2).Draw(t, "session")
			a.UpdateTrade(p, q, s)
			b.Update(&Bar{High: p, Low: p, Close: p, Volume: q, Session: s})
			if a.Ready != b.Ready || !near(a.V, b.V, 1, 0) {
				t.Fatalf("by trades %+v, by bars %+v", a.Line, b.Line)
			}
		}
	})
}
