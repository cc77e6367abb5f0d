package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// TestSubscriberCanDoNothingElse: whoever adds a method that writes to the link adds
// it here, and thinks again.
func TestSubscriberCanDoNothingElse(t *testing.T) {
	var got []string
	for m := range reflect.TypeFor[*Subscriber]().Methods() {
		got = append(got, m.Name)
	}
	if s := strings.Join(got, " "); s != "Events Run Subscribe" {
		t.Errorf("a Subscriber can %s", s)
	}
	for f := range reflect.TypeFor[Subscriber]().Fields() {
		if f.IsExported() || f.Anonymous {
			t.Errorf("the link shows through the field %s", f.Name)
		}
	}
}

// TestSubscribe: every name once, in frames the broker takes, whatever the name is.
func TestSubscribe(t *testing.T) {
	for _, n := range []int{0, 1, MaxInstruments, MaxInstruments + 1, 2*MaxInstruments + 5} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var frames []string
				s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
					c := accept(t, w, r)
					for {
						_, b, err := c.Read(context.Background())
						if err != nil {
							return
						}
						frames = append(frames, string(b))
					}
				})
				defer stop()
				x := NewSubscriber(s.config())
				names := make([]string, n)
				for i := range names {
					names[i] = fmt.Sprintf(`N%d"]},{"action":"rpc`, i) // a name is a text, and no more
				}
				if err := x.Subscribe(t.Context(), names); n > 0 && !errors.Is(err, ErrNotConnected) {
					t.Errorf("without a connection: %v", err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- x.Run(ctx) }()
				if e := <-x.Events(); e.Kind != Up {
					t.Fatalf("%+v", e)
				}
				if err := x.Subscribe(t.Context(), names); err != nil {
					t.Error(err)
				}
				synctest.Wait()
				checkFrames(t, frames, names)
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func checkFrames(t *testing.T, frames, names []string) {
	t.Helper()
	var got []string
	for _, f := range frames {
		var m map[string]any
		if err := json.Unmarshal([]byte(f), &m); err != nil || len(m) != 2 || m["action"] != "subscribe" {
			t.Fatalf("%s: %v", f, err)
		}
		list := m["instruments"].([]any)
		if len(list) > MaxInstruments {
			t.Errorf("%d in a frame", len(list))
		}
		for _, x := range list {
			got = append(got, x.(string))
		}
	}
	if strings.Join(got, "|") != strings.Join(names, "|") {
		t.Errorf("asked for %d of %d names", len(got), len(names))
	}
}

// TestSubscriberTakesNothingBack: quotes alone are no reason, whatever is configured.
func TestSubscriberTakesNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			_ = accept(t, w, r).Close(websocket.StatusPolicyViolation, "Session active elsewhere.")
		})
		defer stop()
		c := s.config()
		c.Retake = time.Minute
		x := NewSubscriber(c)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		go func() { _ = x.Run(ctx) }()
		var last Event
		for e := range x.Events() {
			last = e
		}
		if last.Class != TakenOver || len(s.seen) != 1 {
			t.Errorf("%+v after %d attempts", last, len(s.seen))
		}
	})
}
