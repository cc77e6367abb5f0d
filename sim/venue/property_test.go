package venue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/engine"
)

func drawConfig(d dice) Config {
	c := Config{Fill: Model(d.roll(int(models))), Trigger: TriggerSource(d.roll(int(triggerSources)))}
	if d.roll(3) == 0 {
		c.StaleAfter = 10 * time.Second
	}
	// A short queue where the size is unknown, or it would never be passed.
	c.Profile = Profile{Take: engine.Qty(d.roll(4)), Depth: engine.Qty(d.roll(4)), Ahead: engine.Qty(d.roll(4)), Print: engine.Qty(d.roll(4))}
	return c
}

// check compares a venue with its twin over one stream, and with the rules.
func check(t fataler, d dice, length int) {
	u := testUniverse()
	c := drawConfig(d)
	v, w, rules := New(u, c), newTwin(u, c), newReferee(u, c)
	s := newStream(d, d.roll(2) == 0)
	var story []op
	for range length {
		o := s.next()
		story = append(story, o)
		got := slices.Clone(o.do(v))
		if err := rules.judge(&o, got); err != nil {
			t.Fatalf("%+v\n%s\n%s\n%v", c, tell(story), show(got), err)
		}
		for i := range got {
			got[i].Reason = ""
		}
		if want := o.do(w); !slices.Equal(got, want) {
			t.Fatalf("%+v\n%s\n got %s\nwant %s", c, tell(story), show(got), show(want))
		}
	}
}

type fataler interface{ Fatalf(string, ...any) }

func show(list []engine.Report) string {
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s@%s leaves %d limit %d", render(&r), r.At, r.Leaves, r.Limit))
	}
	return "[" + strings.Join(out, "; ") + "]"
}

func TestAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapidDice{t}, rapid.IntRange(1, 120).Draw(t, "length"))
	})
}

// randDice rolls by a seed.
type randDice struct{ *rand.Rand }

func (d randDice) roll(n int) int { return d.IntN(n) }

// Many plain streams: rapid shrinks better, but its streams are short of events.
func TestAgainstTwinBySeed(t *testing.T) {
	for seed := range uint64(600) {
		check(t, randDice{rand.New(rand.NewPCG(seed, 7))}, 150)
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	f.Add([]byte(strings.Repeat("tollgate venue ", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, &byteDice{data}, min(len(data)/4, 80))
	})
}

// For one stream, conservative fills no more than queue, and queue no more than
// touch, of every order at every moment.
func TestStricterModelsFillLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		compareModels(t, rapidDice{t}, rapid.IntRange(1, 150).Draw(t, "length"))
	})
}

// The same by seed, and the models must differ: else the property says nothing.
func TestStricterModelsFillLessBySeed(t *testing.T) {
	var more [2]int
	for seed := range uint64(1500) {
		n := compareModels(t, randDice{rand.New(rand.NewPCG(seed, 8))}, 150)
		more[0], more[1] = more[0]+n[0], more[1]+n[1]
	}
	t.Logf("orders of which queue filled more than conservative: %d, touch more than queue: %d", more[0], more[1])
	if more[0] < 100 || more[1] < 100 {
		t.Errorf("the models hardly differ: %d, %d", more[0], more[1])
	}
}

// compareModels runs a stream under all models. It counts the orders that ended
// with more filled in queue than in conservative, and in touch than in queue.
func compareModels(t fataler, d dice, length int) (more [2]int) {
	u, c := testUniverse(), drawConfig(d)
	var venues [models]*Venue
	var filled [models]map[engine.OrderID]engine.Qty
	for m := range models {
		c.Fill = m
		venues[m], filled[m] = New(u, c), map[engine.OrderID]engine.Qty{}
	}
	s := newStream(d, true)
	var story []op
	for range length {
		o := s.next()
		story = append(story, o)
		for m := range models {
			for _, r := range o.do(venues[m]) {
				filled[m][r.Order] += r.Qty
			}
		}
		for id := range s.nextID + 1 {
			if a, b, c := filled[0][id], filled[1][id], filled[2][id]; a > b || b > c {
				t.Fatalf("order %d: conservative %d, queue %d, touch %d\n%s", id, a, b, c, tell(story))
			}
		}
	}
	for id := range s.nextID + 1 {
		if filled[0][id] < filled[1][id] {
			more[0]++
		}
		if filled[1][id] < filled[2][id] {
			more[1]++
		}
	}
	return more
}

func tell(story []op) string {
	var lines []string
	for i := range story {
		lines = append(lines, story[i].String())
	}
	return strings.Join(lines, "\n")
}
