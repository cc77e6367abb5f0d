package engine

import "testing"

// TestRecall: a person's word ends the orders of every strategy; the position is
// closed only when that was asked for.
func TestRecall(t *testing.T) {
	for _, flatten := range []bool{false, true} {
		s := holding(t, "2")
		s.run([]string{"submit", "2", "sell", "1", "limit", "120"})
		s.run([]string{"accepted", "2"})
		sends := 0
		for _, c := range s.desk.Step(&Recall{At: s.now, Flatten: flatten}) {
			if x, ok := c.(*Send); ok {
				if r, _ := x.Request(); r.Kind != CancelOrder || r.Order != 2 {
					t.Errorf("flatten %v sent %+v", flatten, r)
				}
				sends++
			}
		}
		did := s.run([]string{"cancelled", "2"})
		if sends != 1 || len(did) < 1 || (len(did) > 1) != flatten {
			t.Errorf("flatten %v: %d sends, then %v", flatten, sends, did)
		}
	}
}
