package bridge

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// TestNextAttempt: what a link would wait for, told in advance; what cannot be
// believed is full, and stays so for no longer than if it were.
func TestNextAttempt(t *testing.T) {
	now := time.Date(2026, 11, 3, 15, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "attempts")
	next := func(at time.Time) time.Duration { return max(NextAttempt(file, at).Sub(at), 0) }
	if d := next(now); d != 0 {
		t.Errorf("without a file: %v", d)
	}
	for i, want := range []time.Duration{0, 0, 0, attemptSpan + attemptSlop - 3*time.Second} {
		var past []time.Time
		for k := range i + 1 {
			past = append(past, now.Add(time.Duration(k)*time.Second))
		}
		if err := writeAttempts(file, past); err != nil {
			t.Fatal(err)
		}
		if d := next(now.Add(3 * time.Second)); d != want {
			t.Errorf("after %d attempts: %v, want %v", i+1, d, want)
		}
	}
	for _, content := range []string{"", "null", "{", `["2026-11-03T15:00:01Z"]`, `["2026-11-03T14:00:01Z","2026-11-03T14:00:00Z"]`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if d := next(now); d != attemptSpan+attemptSlop {
			t.Errorf("%q: %v", content, d)
		}
		if d := next(now.Add(attemptSpan)); d != attemptSlop {
			t.Errorf("%q, a minute later: %v", content, d)
		}
	}
}

// TestOnce: a link that is to try once tries once, however that comes out, and says
// when the broker answered.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, refused := range []bool{true, false} {
			s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				if refused {
					w.WriteHeader(http.StatusBadGateway)
					return
				}
				pass(3 * time.Second)
				c := accept(t, w, r)
				pass(time.Hour)
				_ = c.Close(websocket.StatusGoingAway, "")
			})
			cfg := s.config()
			cfg.Once = true
			cfg.PingWait = 2 * time.Hour
			r := start(t, cfg)
			began := time.Now()
			if !refused {
				if e := r.next(Up); !e.Date.Equal(began.Add(3 * time.Second).Truncate(time.Second)) {
					t.Errorf("the broker's time is %v", e.Date)
				}
			}
			if e := r.next(Down); !e.Date.IsZero() {
				t.Errorf("%+v", e)
			}
			if err := <-r.err; err != nil || len(s.seen) != 1 {
				t.Errorf("%v after %d attempts", err, len(s.seen))
			}
			if _, open := <-r.Events(); open {
				t.Error("the events are not closed")
			}
			r.stop()
			stop()
		}
	})
}

// TestDateOf: only what HTTP calls a date is one.
func TestDateOf(t *testing.T) {
	for text, want := range map[string]string{
		"Tue, 03 Nov 2026 15:00:00 GMT": "2026-11-03T15:00:00Z", "": "", "now": "", "2026-11-03T15:00:00Z": "",
	} {
		got := dateOf(&http.Response{Header: http.Header{"Date": {text}}})
		if want == "" && !got.IsZero() || want != "" && got.Format(time.RFC3339) != want {
			t.Errorf("%q is %v", text, got)
		}
	}
}
