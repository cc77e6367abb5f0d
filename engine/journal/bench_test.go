package journal

import (
	"fmt"
	"io"
	"testing"
)

func TestAppendAllocatesNothing(t *testing.T) {
	w, _ := open(t, t.TempDir(), Options{BufferBytes: 1000, Secrets: [][]byte{[]byte("a secret of the user")}})
	payload := make([]byte, 200)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := w.Append(1, payload); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Append allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() {
		if _, err := w.Append(1, payload); err != nil {
			t.Fatal(err)
		}
		must(t, w.Sync())
	}); n != 0 {
		t.Errorf("Sync allocates %v times", n)
	}
	must(t, w.Close())
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			w, _ := open(b, b.TempDir(), Options{Retain: Retain{Segments: 2}, Secrets: [][]byte{[]byte("a secret of the user")}})
			payload := make([]byte, size)
			b.SetBytes(int64(size + frameSize))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.Append(1, payload); err != nil {
					b.Fatal(err)
				}
			}
			must(b, w.Close())
		})
	}
}

// BenchmarkSync is one small record and its way to the disk, as before an order.
func BenchmarkSync(b *testing.B) {
	w, _ := open(b, b.TempDir(), Options{})
	payload := make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Append(1, payload); err != nil {
			b.Fatal(err)
		}
		must(b, w.Sync())
	}
	must(b, w.Close())
}

func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	w, _ := open(b, dir, Options{})
	payload := make([]byte, 100)
	const records = 100_000
	for range records {
		_, err := w.Append(1, payload)
		must(b, err)
	}
	must(b, w.Close())
	b.SetBytes(records * (100 + frameSize))
	for b.Loop() {
		r, err := NewReader(dir, 0)
		must(b, err)
		for err == nil {
			_, err = r.Next()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		must(b, r.Close())
	}
}
