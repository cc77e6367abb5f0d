package stack

import (
	"slices"
	"testing"
	"time"

	"tollgate/configs"
)

// TestKeepsInstrumentsInUse: those of the run before come after those of the
// configuration, once, unless nobody knows them.
func TestKeepsInstrumentsInUse(t *testing.T) {
	c, err := configs.Decode("c.yaml", []byte("accounts: {A: }\nstrategies: [{name: s, script: s, account: A, instruments: [MES 03-24]}]"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSetup(c, nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.keep(c, []string{"ES 03-24", "MES 03-24", "AIG", "ES 03-24"})
	if want := []string{"MES 03-24", "ES 03-24"}; !slices.Equal(s.Instruments, want) {
		t.Errorf("%q, want %q", s.Instruments, want)
	}
	if u, err := s.Universe(c); err != nil || u.Len() != 2 {
		t.Error(err)
	}
}

// TestPatienceFollowsTheClock: what waits for so long in real time is older by as much
// more on a clock that runs faster.
func TestPatienceFollowsTheClock(t *testing.T) {
	for scale, want := range map[float64]time.Duration{0.5: 0, 1: 0, 100: 1000 * time.Second} {
		if got := (&Setup{Scale: scale}).timing().Slack; got != want {
			t.Errorf("at %v times: %v, want %v", scale, got, want)
		}
	}
}
