package bus

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPulse(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	p := Pulse{Limit: 600 * time.Millisecond}
	silent := func(ms int, want ...string) {
		t.Helper()
		var got []string
		for _, s := range p.Silent(at(ms)) {
			got = append(got, s.String())
		}
		if len(got) != len(want) {
			t.Fatalf("at %d ms: %q, want %q", ms, got, want)
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Fatalf("at %d ms: %q, want %q", ms, got, want)
			}
		}
	}
	heard := func(ms int, worker string, last, wasSilent bool) {
		t.Helper()
		over, was := p.Heard(worker, &Beat{Last: last}, at(ms))
		if was != wasSilent || was && !strings.Contains(over.String(), "beats again") {
			t.Fatalf("at %d ms: %v, %v", ms, over, was)
		}
	}
	silent(0)
	p.Expect("never", at(0))
	heard(100, "a", false, false)
	heard(300, "a", false, false)
	silent(599)
	silent(600, "never has not beaten since 03:04:05.000")
	silent(899)
	silent(900, "a has not beaten since 03:04:05.300")
	silent(5000)
	heard(5100, "a", false, true)
	heard(5200, "a", false, false)
	silent(5799)
	heard(5799, "a", true, false) // it has ended in order
	silent(99_999)

	for n := range maxPulses + 10 {
		p.Heard(fmt.Sprint(n), &Beat{}, at(0))
	}
	if len(p.workers) != maxPulses {
		t.Fatalf("%d workers are known", len(p.workers))
	}
}
