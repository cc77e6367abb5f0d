package bridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

func TestLinkReadsAndWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			c := accept(t, w, r)
			for {
				_, b, err := c.Read(context.Background())
				if err != nil {
					return
				}
				_ = c.Write(context.Background(), websocket.MessageText, append([]byte("you said "), b...))
			}
		})
		defer stop()
		l := NewLink(s.config())
		if err := l.Write(t.Context(), []byte("x")); !errors.Is(err, ErrNotConnected) {
			t.Errorf("a write before there is a connection: %v", err)
		}
		r := start(t, s.config())
		r.next(Up)
		for i := range 3 {
			if err := r.Write(t.Context(), fmt.Appendf(nil, "%d", i)); err != nil {
				t.Fatal(err)
			}
			if e := r.next(Message); string(e.Data) != fmt.Sprintf("you said %d", i) || e.At == 0 {
				t.Errorf("frame %d: %+v", i, e)
			}
		}
		if err := r.end(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := r.Write(t.Context(), []byte("x")); !errors.Is(err, ErrNotConnected) {
			t.Errorf("a write after the end: %v", err)
		}
	})
}

// TestRefusals: what the broker answers to the upgrade decides about the next.
func TestRefusals(t *testing.T) {
	for status, want := range map[int]struct {
		class     Class
		low, high time.Duration // until the next attempt; 0 = there is none
	}{
		401: {Unauthorized, 0, 0},
		403: {Unauthorized, 0, 0},
		429: {TooMany, time.Minute, 75 * time.Second},
		500: {Normal, time.Second, 1250 * time.Millisecond},
		503: {Normal, time.Second, 1250 * time.Millisecond},
		307: {Normal, time.Second, 1250 * time.Millisecond}, // the key goes nowhere else
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", "http://elsewhere/")
					http.Error(w, r.Header.Get("Authorization"), status) // it tells the key
				})
				defer stop()
				r := start(t, s.config())
				e := r.next(Down)
				if e.Class != want.class || e.Code != status || e.Class == Normal && !strings.Contains(e.Text, fmt.Sprintf("it answers HTTP %d", status)) {
					t.Errorf("%+v", e)
				}
				if want.high == 0 {
					if !errors.Is(e.Fatal, ErrUnauthorized) || !errors.Is(r.end(), ErrUnauthorized) || len(s.seen) != 1 {
						t.Errorf("%v after %d attempts", e.Fatal, len(s.seen))
					}
					return
				}
				r.next(Down)
				if d := s.seen[1].Sub(s.seen[0]); d < want.low || d > want.high {
					t.Errorf("the next attempt came after %v", d)
				}
				_ = r.end()
			})
		})
	}
}

// TestCloses: how the broker closes decides about the next attempt.
func TestCloses(t *testing.T) {
	second, minute := [2]time.Duration{time.Second, 1250 * time.Millisecond}, [2]time.Duration{time.Minute, 75 * time.Second}
	for _, c := range []struct {
		code   websocket.StatusCode // 0 = the line is cut
		reason string
		class  Class
		wait   [2]time.Duration
	}{
		{1008, "rate limit", Abuse, minute},
		{1008, "", Abuse, minute},
		{1008, "a session active elsewhere", Abuse, minute}, // the prefix counts
		{1001, "Session active elsewhere.", Normal, second}, // and the code
		{1000, "", Normal, second},
		{1001, "bye", Normal, second},
		{1009, "read limited at 5 bytes", Normal, second},
		{1011, key, Normal, second}, // it tells the key
		{1012, "restart", Normal, second},
		{1013, "", Normal, second},
		{0, "", Normal, second},
	} {
		t.Run(fmt.Sprint(c.code, c.reason), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
					conn := accept(t, w, r)
					if n > 1 {
						quiet(conn)
						return
					}
					if c.code == 0 {
						_ = conn.CloseNow()
						return
					}
					_ = conn.Close(c.code, c.reason)
				})
				defer stop()
				r := start(t, s.config())
				e := r.next(Down)
				if c.code == 0 && !strings.HasPrefix(e.Text, "the connection broke: ") || strings.Contains(e.Text, "failed to") {
					t.Errorf("it says %s", e.Text)
				}
				if e.Class != c.class || e.Code != max(0, int(c.code)) || e.Fatal != nil || strings.Contains(e.Text, "in a minute") != (c.class == Abuse) {
					t.Errorf("%+v", e)
				}
				if c.code == 1009 && strings.Contains(e.Text, "bound") {
					t.Errorf("a frame of ours was too long, not one of theirs: %s", e.Text)
				}
				r.next(Up)
				if d := s.seen[1].Sub(s.seen[0]); d < c.wait[0] || d > c.wait[1] {
					t.Errorf("the next attempt came after %v", d)
				}
				_ = r.end()
			})
		})
	}
}

// TestTakenOver: another program has the session. Nothing happens for a day, unless
// it is configured or a person says so; and what was said before does not count.
func TestTakenOver(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		retake       time.Duration
		early, late  bool // Takeover is called before, after
		low, high    time.Duration
	}{
		{"stop", "Session active elsewhere.", 0, false, false, 0, 0},
		{"said before", "session active elsewhere", 0, true, false, 0, 0},
		{"said", "SESSION ACTIVE ELSEWHERE", 0, false, true, time.Hour, time.Hour + 2*time.Second},
		{"configured", "Session active elsewhere", 5 * time.Minute, false, false, 5 * time.Minute, 5*time.Minute + 2*time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				s, stop := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
					conn := accept(t, w, r)
					if n > 1 {
						quiet(conn)
						return
					}
					<-gate
					_ = conn.Close(websocket.StatusPolicyViolation, c.reason)
				})
				defer stop()
				cfg := s.config()
				cfg.Retake = c.retake
				r := start(t, cfg)
				r.next(Up)
				if c.early {
					r.Takeover()
				}
				close(gate)
				if e := r.next(Down); e.Class != TakenOver || e.Fatal != nil {
					t.Errorf("%+v", e)
				}
				if c.late {
					pass(time.Hour) // the bubble's clock
					r.Takeover()
				}
				if c.high == 0 {
					pass(24 * time.Hour)
					if len(s.seen) != 1 {
						t.Errorf("%d attempts: it fights for the session", len(s.seen))
					}
				} else {
					r.next(Up)
					if d := s.seen[1].Sub(s.seen[0]); d < c.low || d > c.high {
						t.Errorf("taken back after %v", d)
					}
				}
				_ = r.end()
			})
		})
	}
}

// TestDeadLine: two unanswered pings end a connection; one does not.
func TestDeadLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { quiet(accept(t, w, r)) })
		defer stop()
		r := start(t, s.config())
		r.next(Up)
		pass(30 * time.Second)
		s.mute.Store(true) // the ping at 40 s is lost
		pass(29 * time.Second)
		s.mute.Store(false)
		pass(10 * time.Minute)
		if len(s.seen) != 1 {
			t.Fatalf("one lost ping ended the connection")
		}
		s.mute.Store(true)
		began := time.Now()
		e := r.next(Down)
		if d := time.Since(began); d < 40*time.Second || d > 60*time.Second {
			t.Errorf("dead after %v, want two pings of 20 s and the time to the first", d)
		}
		if !strings.Contains(e.Text, "2 pings") || e.Class != Normal {
			t.Errorf("%+v", e)
		}
		s.mute.Store(false)
		r.next(Up)
		_ = r.end()
	})
}

func TestFrameBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			c := accept(t, w, r)
			_ = c.Write(context.Background(), websocket.MessageText, bytes.Repeat([]byte("x"), MaxFrame))
			if _, b, err := c.Read(context.Background()); err != nil || len(b) != MaxFrame {
				t.Errorf("read %d bytes: %v", len(b), err)
			}
			_ = c.Write(context.Background(), websocket.MessageText, bytes.Repeat([]byte("x"), MaxFrame+1))
			quiet(c)
		})
		defer stop()
		r := start(t, s.config())
		if e := r.next(Message); len(e.Data) != MaxFrame {
			t.Errorf("a frame of %d bytes", len(e.Data))
		}
		var large *TooLarge
		if err := r.Write(t.Context(), make([]byte, MaxFrame+1)); !errors.As(err, &large) || large.Size != MaxFrame+1 {
			t.Errorf("a frame over the bound was written: %v", err)
		}
		if err := r.Write(t.Context(), make([]byte, MaxFrame)); err != nil {
			t.Errorf("a frame at the bound: %v", err)
		}
		if e := r.next(Down); !strings.Contains(e.Text, "3145728 bytes") {
			t.Errorf("%+v", e)
		}
		_ = r.end()
	})
}

// TestAttemptsOverRestarts: a broker that refuses and a program that is started
// again every few seconds. The times are the broker's.
func TestAttemptsOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		defer stop()
		cfg := s.config()
		cfg.Attempts = filepath.Join(t.TempDir(), "attempts")
		for i := range 60 {
			r := start(t, cfg)
			pass(time.Duration(i%13) * time.Second)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.seen) < 12 {
			t.Errorf("%d attempts in %v", len(s.seen), s.seen)
		}
		for i := 4; i < len(s.seen); i++ {
			if d := s.seen[i].Sub(s.seen[i-4]); d < time.Minute {
				t.Errorf("five attempts in %v", d)
			}
		}
	})
}

// TestAttemptsFile: what cannot be trusted counts as four attempts just now, and
// without a place to remember there is no attempt at all.
func TestAttemptsFile(t *testing.T) {
	for _, c := range []struct {
		name, content string
		wait          time.Duration
	}{
		{"empty", "", time.Minute},
		{"null", "null", time.Minute},
		{"torn", `["2000-01-01T00:0`, time.Minute},
		{"to come", `["2000-01-01T00:00:01Z"]`, time.Minute},
		{"out of order", `["1999-12-31T23:59:59Z","1999-12-31T23:59:58Z"]`, time.Minute},
		{"one, just now", `["2000-01-01T00:00:00Z"]`, 0},
		{"none", `[]`, 0},
		{"four, a minute ago", `["1999-12-31T23:58:00Z","1999-12-31T23:58:00Z","1999-12-31T23:58:00Z","1999-12-31T23:58:00Z"]`, 0},
		{"four, the first 20 s ago", `["1999-12-31T23:59:40Z","1999-12-31T23:59:50Z","1999-12-31T23:59:51Z","1999-12-31T23:59:52Z"]`, 40 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { quiet(accept(t, w, r)) })
				defer stop()
				cfg, began := s.config(), time.Now()
				cfg.Attempts = filepath.Join(t.TempDir(), "attempts")
				if err := os.WriteFile(cfg.Attempts, []byte(c.content), 0o600); err != nil {
					t.Fatal(err)
				}
				r := start(t, cfg)
				r.next(Up)
				if d := s.seen[0].Sub(began); d < c.wait || d > c.wait+attemptSlop {
					t.Errorf("the first attempt came after %v", d)
				}
				_ = r.end()
			})
		})
	}
	s, stop := serve(t, func(int, http.ResponseWriter, *http.Request) { t.Error("an attempt nobody remembers") })
	defer stop()
	cfg := s.config()
	cfg.Attempts = filepath.Join(t.TempDir(), "no", "folder")
	r := start(t, cfg)
	if err := <-r.err; err == nil || !strings.Contains(err.Error(), cfg.Attempts) {
		t.Errorf("%v", err)
	}
	_, open := <-r.Events()
	if open {
		t.Error("the events are not closed")
	}
	r.stop()
}

func TestReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			<-open
			quiet(accept(t, w, r))
		})
		defer stop()
		r := start(t, s.config())
		r.Reconnect("nobody is connected yet, so nothing happens")
		close(open)
		r.next(Up)
		r.Reconnect("no quotes for a minute")
		if e := r.next(Down); e.Text != "no quotes for a minute" || e.Class != Normal {
			t.Errorf("%+v", e)
		}
		r.next(Up)
		if d := s.seen[1].Sub(s.seen[0]); d < time.Second || d > 1250*time.Millisecond {
			t.Errorf("the next attempt came after %v", d)
		}
		_ = r.end()
	})
}

// TestNobodyDrains: what waits is bounded, arrives whole and in order, and the
// connection ends by its pings.
func TestNobodyDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			c := accept(t, w, r)
			for i := 0; n == 1; i++ {
				if c.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, "%d", i)) != nil {
					return
				}
			}
			quiet(c)
		})
		defer stop()
		r := start(t, s.config())
		pass(5 * time.Minute)
		if n := len(r.Events()); n != eventBuffer {
			t.Errorf("%d events wait, want %d", n, eventBuffer)
		}
		i := 0
		for e := range r.Events() {
			if e.Kind == Down {
				break
			}
			if e.Kind == Message {
				if string(e.Data) != fmt.Sprint(i) {
					t.Fatalf("frame %d is %q", i, e.Data)
				}
				i++
			}
		}
		if i < eventBuffer-1 {
			t.Errorf("%d frames", i)
		}
		r.next(Up)
		_ = r.end()
	})
}

// TestToken: without a key no attempt is made.
func TestToken(t *testing.T) {
	missing := errors.New("no such file")
	for name, token := range map[string]func() (string, error){
		"an error":  func() (string, error) { return "", missing },
		"empty":     func() (string, error) { return "", nil },
		"two lines": func() (string, error) { return key + "\nX-Other: 1", nil },
	} {
		t.Run(name, func(t *testing.T) {
			s, stop := serve(t, func(int, http.ResponseWriter, *http.Request) { t.Error("an attempt without a key") })
			defer stop()
			cfg := s.config()
			cfg.Token = token
			r := start(t, cfg)
			if e := r.next(Down); e.Class != Unauthorized || e.Fatal == nil || e.Text == "" {
				t.Errorf("%+v", e)
			}
			if err := r.end(); err == nil || name == "an error" && !errors.Is(err, missing) {
				t.Errorf("%v", err)
			}
		})
	}
}
