package feed

import (
	"io"
	"os"
	"testing"

	"tollgate/engine"
)

// drain reads a source to its end and returns how many events it had.
func drain(b *testing.B, src Source) (n int) {
	var q engine.Quote
	for {
		err := src.Next(&q)
		if err == io.EOF {
			return n
		}
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func benchData(b *testing.B, data []byte) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		src, err := from(data, options())
		if err != nil {
			b.Fatal(err)
		}
		n += drain(b, src)
		src.Close()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mevents/s")
	b.ReportMetric(float64(len(data))*float64(b.N)/float64(n), "bytes/event")
}

// BenchmarkReal measures reading recorded files, as CSV and as recordings.
func BenchmarkReal(b *testing.B) {
	for _, name := range []string{"aig_20131007_nyse_l1.csv.gz", "cme10_20191216_trades.csv.gz", "es_20231225_l1.csv.gz"} {
		path := realFile(b, name)
		raw, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		o := options()
		list := mustAll(b, path, o)
		b.Run(name, func(b *testing.B) { benchData(b, raw) })
		b.Run(name+"/recording", func(b *testing.B) { benchData(b, record(b, o.Universe, list, WriterConfig{})) })
		b.Run(name+"/plain", func(b *testing.B) { benchData(b, record(b, o.Universe, list, WriterConfig{Plain: true})) })
	}
}
