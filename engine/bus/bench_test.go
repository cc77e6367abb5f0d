package bus

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkRoundTrip is a quote to a worker and its intent back: two hops, with
// channels at both ends as the shells use them.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("in-process", func(b *testing.B) {
		one := open(b, Options{})
		roundTrips(b, one, one)
	})
	b.Run("in-process-through-the-server", func(b *testing.B) {
		one := open(b, Options{Listen: "127.0.0.1:0", Token: func() string { return "only-for-this-test" }})
		roundTrips(b, one, one)
	})
	b.Run("in-process-two-connections", func(b *testing.B) {
		token := func() string { return "only-for-this-test" }
		home := open(b, Options{Listen: "127.0.0.1:0", Token: token})
		roundTrips(b, home, open(b, Options{URL: "nats://" + home.Addr().String(), Token: token}))
	})
}

func roundTrips(b *testing.B, gateway, worker *Bus) {
	quotes, intents := subscribe(b, worker, Feed("A"), 16), subscribe(b, gateway, Intents("A", EveryWorker), 16)
	go func() {
		out := NewStream(worker, Intents("A", "w"), 0)
		var in Follower
		for m := range quotes.C {
			if data, err := in.Take(m.Data); err != nil || out.Publish(data) != nil {
				return
			}
		}
	}()
	out, data := NewStream(gateway, Feed("A"), 0), make([]byte, 60)
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if err := out.Publish(data); err != nil {
			b.Fatal(err)
		}
		<-intents.C
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	b.ReportMetric(float64(took[len(took)*999/1000]), "p99.9-ns")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkPublish is one way, as fast as the subscriber reads.
func BenchmarkPublish(b *testing.B) {
	bus := open(b, Options{})
	s := subscribe(b, bus, Feed("A"), MaxQueue)
	out, data := NewStream(bus, Feed("A"), 0), make([]byte, 60)
	var done int
	for b.Loop() {
		if err := out.Publish(data); err != nil {
			b.Fatal(err)
		}
		done++
		for len(s.C) > 0 {
			<-s.C
			done--
		}
	}
	for range done {
		<-s.C
	}
}
