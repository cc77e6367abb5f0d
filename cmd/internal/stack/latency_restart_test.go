//go:build unix

package stack

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/engine/journal"
)

// day is the journal of a day's run: what a gateway saw and wrote, made by stepping
// one against a counterparty without a wire.
type day struct {
	b      *testing.B
	p      *counterparty
	core   *gateway.Core
	record *journal.Writer
	now    engine.Time
	frames int
}

func (d *day) append(kind byte, payload []byte) {
	if _, err := d.record.Append(kind, payload); err != nil {
		d.b.Fatal(err)
	}
}

// step does what a shell does, and answers what the gateway asks.
func (d *day) step(in gateway.Input) {
	in.At = d.now
	d.append(byte(in.Kind), in.Append(nil))
	var replies [][]byte
	for _, o := range d.core.Step(&in) {
		if o.Kind != gateway.Write && o.Kind != gateway.Order {
			continue
		}
		d.append(gateway.KindSent, o.Data)
		if _, reply := d.p.reply(o.Data); reply != nil {
			replies = append(replies, reply)
		}
	}
	for _, reply := range replies {
		d.frame(reply)
	}
}

func (d *day) frame(data []byte) {
	d.frames++
	d.step(gateway.Input{Kind: gateway.Frame, Account: gateway.All, Data: data})
}

// recordDay records a trading day of instruments with a quote a second each.
func recordDay(b *testing.B, dir string, names []string, each int) *day {
	text := fmt.Sprintf(loadConfig(names), "bench.go", "data")
	c, err := configs.Decode("bench.yaml", []byte(text))
	if err != nil {
		b.Fatal(err)
	}
	began := engine.Time(1_800_000_000_000_000_000)
	setup, err := NewSetup(c, []byte(text), began, 1)
	if err != nil {
		b.Fatal(err)
	}
	d := &day{b: b, now: began, p: &counterparty{tb: b, held: map[string]int{}, orders: map[string]string{}}}
	if d.core, err = NewCore(setup.Bytes(), "tgday"); err != nil {
		b.Fatal(err)
	}
	if d.record, _, err = journal.Open(dir, journal.Options{}); err != nil {
		b.Fatal(err)
	}
	d.append(gateway.KindSetup, setup.Bytes())
	d.step(gateway.Input{Kind: gateway.Begin, Account: gateway.All, Text: "tgday"})
	d.step(gateway.Input{Kind: gateway.LinkUp, Account: gateway.All})
	const hours = 23
	for quote := 0; quote < hours*3600*len(names); {
		if quote%len(names) == 0 {
			d.now = began.Add(time.Duration(quote/len(names)) * time.Second)
		}
		d.frame(marketFrame(names, &quote, each))
	}
	if err := d.record.Close(); err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkRestart: what a start does with the record of a day before it, ten
// instruments at a quote a second: check the record, find the run, and step it again.
func BenchmarkRestart(b *testing.B) {
	for _, each := range []int{1, 10} {
		b.Run(fmt.Sprintf("%d-in-a-frame", each), func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "gateway")
			d := recordDay(b, dir, fifty()[:10], each)
			var check, find, again time.Duration
			b.ResetTimer()
			for b.Loop() {
				start := time.Now()
				w, _, err := journal.Open(dir, journal.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				check += time.Since(start)
				start = time.Now()
				past, err := gateway.FindPast(dir)
				if err != nil {
					b.Fatal(err)
				}
				find += time.Since(start)
				start = time.Now()
				if _, err := gateway.Recover(dir, past, NewCore); err != nil {
					b.Fatal(err)
				}
				again += time.Since(start)
			}
			mean := func(t time.Duration) float64 { return t.Seconds() / float64(b.N) }
			b.ReportMetric(mean(check), "s-check")
			b.ReportMetric(mean(find), "s-find")
			b.ReportMetric(mean(again), "s-step")
			b.ReportMetric(float64(d.frames)/mean(again), "frames/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
