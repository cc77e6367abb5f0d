package indicator

import (
	"fmt"
	"testing"
	"time"

	"tollgate/engine"
)

func BenchmarkUpdate(b *testing.B) {
	bars := walk(4096)
	for _, n := range []int{20, 1000} {
		for _, s := range subjects(n) {
			b.Run(fmt.Sprintf("%s-%d", s.name, n), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					s.update(&bars[i&4095])
					i++
				}
			})
		}
	}
}

func BenchmarkCross(b *testing.B) {
	c, x, y := NewCross(), Line{V: 1, Ready: true}, Line{V: 2, Ready: true}
	for b.Loop() {
		x.V = 3 - x.V
		c.Update(&x, &y)
	}
}

func BenchmarkBars(b *testing.B) {
	trades := walk(4096)
	for name, bars := range map[string]Bars{
		"time":   must(NewTimeBars(time.Minute, nil)),
		"tick":   must(NewTickBars(100, nil)),
		"volume": must(NewVolumeBars(1000, nil)),
		"range":  must(NewRangeBars(5, nil)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				x := &trades[i&4095]
				bars.Add(engine.Time(i)*1e9, x.Close, x.Volume)
				i++
			}
		})
	}
}
