package feed

import (
	"bytes"
	"testing"

	"tollgate/engine"
)

func TestSampleShape(t *testing.T) {
	o := options()
	key, spec, _ := resolve(SampleKey)
	id, err := o.Universe.Add(key, spec)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteSample(&out, o.Universe, id); err != nil {
		t.Fatal(err)
	}
	src, err := from(out.Bytes(), o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Info(src, o.Universe)
	t.Logf("%d bytes %+v %v", out.Len(), s, err)
	src, _ = from(out.Bytes(), o)
	list, _ := all(src)
	hours := map[engine.Time][5]int64{}
	for _, q := range list {
		h := q.At / 1800e9
		v := hours[h]
		v[0]++
		if q.Kind == engine.TradePrint {
			v[1]++
		}
		if q.Ask-q.Bid > 1 {
			v[2]++
		}
		if v[3] == 0 || int64(q.Bid) < v[3] {
			v[3] = int64(q.Bid)
		}
		v[4] = max(v[4], int64(q.Bid))
		hours[h] = v
	}
	for h := list[0].At / 1800e9; h <= list[len(list)-1].At/1800e9; h++ {
		if v, ok := hours[h]; ok {
			t.Log((h * 1800e9).String(), v)
		}
	}
}
