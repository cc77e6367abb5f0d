package bridge

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestNeverFiveAttemptsInAMinute: whatever happens to the connections, and however
// often the program is started again with what it remembers.
func TestNeverFiveAttemptsInAMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := epoch
		s := NewSchedule(nil, rapid.Uint64().Draw(t, "seed"))
		var made, kept []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "turns") {
			if next := s.Next(); next.After(now) {
				now = next
			}
			kept = s.Attempt(now)
			made = append(made, now)
			if n := len(made); n > 4 && made[n-1].Sub(made[n-5]) < time.Minute {
				t.Fatalf("attempts %v", made[n-5:])
			}
			if rapid.IntRange(0, 4).Draw(t, "crash") == 0 {
				s = NewSchedule(append([]time.Time(nil), kept...), 1)
				continue
			}
			stood := time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(t, "stood"))
			now = now.Add(stood)
			s.Ended(now, Class(rapid.IntRange(0, 4).Draw(t, "class")), stood)
		}
	})
}

func TestBackOff(t *testing.T) {
	s := NewSchedule(nil, 1)
	var waits []time.Duration
	for i := range 7 {
		now := epoch.Add(time.Duration(i) * time.Hour)
		s.Ended(now, Normal, 0)
		waits = append(waits, s.Next().Sub(now))
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if w := want * time.Second; waits[i] < w || waits[i] > w+w/4 {
			t.Errorf("wait %d is %v, want %v and at most a quarter more", i, waits[i], w)
		}
	}
	s.Ended(epoch, Normal, healthyFor)
	if w := s.Next().Sub(epoch); w < 30*time.Second {
		t.Errorf("after exactly a minute of health: %v", w)
	}
	s.Ended(epoch, Normal, healthyFor+1)
	if w := s.Next().Sub(epoch); w > 1250*time.Millisecond {
		t.Errorf("after more than a minute of health: %v", w)
	}
	for _, c := range []Class{Abuse, TooMany} {
		s.Ended(epoch, c, 0)
		if w := s.Next().Sub(epoch); w < time.Minute {
			t.Errorf("class %d waits %v", c, w)
		}
	}
}

func TestAttemptsAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attempts")
	if got := readAttempts(path, epoch); len(got) != 0 {
		t.Errorf("no file: %v", got)
	}
	want := []time.Time{epoch.Add(-2 * time.Second), epoch}
	if err := writeAttempts(path, want); err != nil {
		t.Fatal(err)
	}
	if got := readAttempts(path, epoch); len(got) != 2 || !got[1].Equal(epoch) {
		t.Errorf("%v", got)
	}
	if got := readAttempts(path, epoch.Add(-1)); len(got) != maxAttempts {
		t.Errorf("an attempt in the future: %v", got)
	}
	if err := os.WriteFile(path, []byte("[garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := readAttempts(path, epoch); len(got) != maxAttempts || !got[0].Equal(epoch) {
		t.Errorf("garbage: %v", got)
	}
	if err := writeAttempts(filepath.Join(path, "not", "a", "folder"), want); err == nil {
		t.Error("a file that cannot be written")
	}
}
