package bus

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wire keeps what a Stream publishes.
type wire struct {
	sent [][]byte
	err  error
}

func (w *wire) Publish(_ string, data []byte) error {
	if w.err == nil {
		w.sent = append(w.sent, append([]byte(nil), data...))
	}
	return w.err
}

// TestEveryLossIsAGap: whatever is lost between a Stream and its Follower, at
// sending or on the way, the numbers of the gaps add up to it.
func TestEveryLossIsAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		after := rapid.Uint64Range(0, math.MaxUint64-100).Draw(t, "after")
		fate := rapid.SliceOfN(rapid.SampledFrom([]string{"comes", "lost", "not sent"}), 1, 50).Draw(t, "fate")
		w := &wire{}
		s, f := NewStream(w, "x", after), Follower{Next: after + 1}
		var lost, missing uint64
		for i, what := range fate {
			w.err = nil
			if what == "not sent" {
				w.err = ErrGone
			}
			if err := s.Publish([]byte{byte(i)}); !errors.Is(err, w.err) {
				t.Fatal(err)
			}
			if what != "comes" {
				lost++
				continue
			}
			data, err := f.Take(w.sent[len(w.sent)-1])
			if len(data) != 1 || data[0] != byte(i) {
				t.Fatalf("message %d came as %v", i, data)
			}
			var gap *Gap
			if errors.As(err, &gap) {
				missing += gap.Got - gap.Want
			} else if err != nil {
				t.Fatal(err)
			}
			if missing != lost {
				t.Fatalf("after message %d: %d are missing, %d were lost", i, missing, lost)
			}
		}
		if s.Last() != after+uint64(len(fate)) {
			t.Fatalf("last is %d", s.Last())
		}
	})
}

func TestFollower(t *testing.T) {
	m := func(n uint64) []byte {
		w := &wire{}
		_ = NewStream(w, "x", n-1).Publish([]byte("data"))
		return w.sent[0]
	}
	f := Follower{}
	for _, c := range []struct {
		got uint64
		gap string
	}{
		{7, ""},
		{8, ""},
		{11, "messages 9 to 10 are missing"},
		{12, ""},
		{12, "message 12 came where 13 was next"},
		{13, ""},
		{3, "began again"},
		{4, ""},
	} {
		data, err := f.Take(m(c.got))
		if string(data) != "data" || (err == nil) != (c.gap == "") || err != nil && !strings.Contains(err.Error(), c.gap) {
			t.Errorf("message %d: %q, %v; want %q", c.got, data, err, c.gap)
		}
	}
	if _, err := f.Take(make([]byte, 7)); !errors.Is(err, ErrNotNumbered) || f.Next != 5 {
		t.Errorf("seven bytes: %v, next %d", err, f.Next)
	}
	if data, err := (&Follower{}).Take(make([]byte, 8)); len(data) != 0 || err != nil {
		t.Errorf("eight bytes: %v, %v", data, err)
	}
}

func TestSubjects(t *testing.T) {
	for got, want := range map[string]string{
		Feed("Sim101"):                  "tollgate.feed.Sim101",
		Intents("APEX 1.2", "a*b>c"):    "tollgate.intents.APEX%201%2E2.a%2Ab%3Ec",
		Beats("A", EveryWorker):         "tollgate.beats.A.*",
		News("", "w"):                   "tollgate.news.%.w",
		GatewayControl("A"):             "tollgate.control.A",
		WorkerControl("A", "w\r\n\x00"): "tollgate.control.A.w%0D%0A%00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, subject := range []string{"", "tollgate.feed.A", "tollgate.beats.A.*", "tollgate.beats.A.a.b", "other.beats.A.w", "tollgate.beats.A.%2", "tollgate.beats.A.%zz", "tollgate.beats.A.%41"} {
		if w, ok := WorkerOf(subject); ok {
			t.Errorf("%q is of worker %q", subject, w)
		}
	}
}

func FuzzToken(f *testing.F) {
	for _, text := range []string{"", "%", "a.b", "*", ">", "Sim 101", "\x00\xff", "%25"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tok := token(text)
		if tok == "" || strings.ContainsAny(tok, ".*> \t\r\n\x00") {
			t.Fatalf("%q is no token of a subject", tok)
		}
		if back, ok := untoken(tok); !ok || back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
		if back, ok := untoken(text); ok && token(back) != text {
			t.Fatalf("%q was read as %q, which is another token", text, back)
		}
	})
}
