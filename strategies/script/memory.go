package script

import (
	"fmt"
	"reflect"
	"runtime"
	"time"
	"unsafe"

	"github.com/traefik/yaegi/interp"
)

// The heap belongs to the program and not to a script, and who runs when it has grown
// too large need not be who made it grow. So it is asked for in two ways: a single
// call of a handler that has asked for a good part of the growth is stopped at once;
// otherwise every script weighs its variables before its next call, and the one that
// holds the most is stopped.
const (
	callShare  = 4       // a call may ask for 1/callShare of the growth once the heap is too large
	againShare = 8       // what the program asks for between two searches, as a share of the growth
	leastShare = 16      // who holds less than 1/leastShare of the growth is not to blame
	maxWeighed = 1 << 20 // items looked at in weighing one script
)

// remember looks for the script to blame when the heap is too large.
func (g *Guard) remember(now time.Time, u usage) {
	switch {
	case u.objects <= g.most:
		g.asked = time.Time{}
	case g.asked.IsZero() && u.asked > g.again:
		runtime.GC() // much of it may be garbage
		if g.again = u.asked + g.growth/againShare; g.usage().objects > g.most {
			g.asked = time.Now()
			for _, w := range g.all {
				w.weigh()
			}
		}
	case !g.asked.IsZero() && (g.weighed() || now.Sub(g.asked) > HangLimit):
		g.asked, g.again = time.Time{}, u.asked+g.growth/againShare
		g.blame()
	}
}

// weighed reports whether all have answered. One that gets no events does not.
func (g *Guard) weighed() bool {
	for _, w := range g.all {
		if w.order.Load() == weighYourself {
			return false
		}
	}
	return true
}

// blame stops the script that holds the most.
func (g *Guard) blame() {
	var most *watched
	for _, w := range g.all {
		if w.reason.Load() == nil && (most == nil || w.size.Load() > most.size.Load()) {
			most = w
		}
	}
	if most == nil || most.size.Load() < g.growth/leastShare {
		g.warn(fmt.Sprintf("the program's memory has grown by more than %d MB, and no script holds much of it", g.growth>>20))
		return
	}
	most.greedy.Store(true)
	most.halt(fmt.Sprintf("stopped: the program's memory grew by more than %d MB, and its variables hold the most, %d MB or more", g.growth>>20, most.size.Load()>>20))
}

// slots are the package variables of a script, and what else lies in the outermost
// frame of its interpreter (yaegi v0.16.1, interp.go). TestWeight fails should a
// later version keep them elsewhere.
func slots(it *interp.Interpreter) []reflect.Value {
	frame := reflect.ValueOf(it).Elem().FieldByName("frame")
	if !frame.IsValid() || frame.Kind() != reflect.Pointer || frame.IsNil() {
		return nil
	}
	data := frame.Elem().FieldByName("data")
	if !data.IsValid() || data.Type() != reflect.TypeFor[[]reflect.Value]() {
		return nil
	}
	return *(*[]reflect.Value)(unsafe.Pointer(data.UnsafeAddr()))
}

// release lets go of all that a script holds. It cannot run after that.
func release(it *interp.Interpreter) {
	for i := range slots(it) {
		slots(it)[i] = reflect.Value{}
	}
}

// weightOf is about how many bytes the variables of a script hold; whole is false when
// they hold so many things that not all were looked at. Only the goroutine that runs
// the script may ask.
func weightOf(it *interp.Interpreter) (bytes uint64, whole bool) {
	s := scale{seen: map[unsafe.Pointer]bool{}, left: maxWeighed}
	for _, v := range slots(it) {
		s.add(v)
	}
	return s.bytes, s.left > 0
}

// scale sums what values hold beside their own place.
type scale struct {
	bytes uint64
	left  int // items still to look at
	seen  map[unsafe.Pointer]bool
}

func (s *scale) add(v reflect.Value) {
	if s.left--; s.left <= 0 || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		s.bytes += uint64(v.Len())
	case reflect.Slice:
		if s.first(v) {
			s.bytes += uint64(v.Cap()) * uint64(v.Type().Elem().Size())
			s.items(v)
		}
	case reflect.Array:
		s.items(v)
	case reflect.Map:
		s.addMap(v)
	case reflect.Struct:
		for i := range v.NumField() {
			s.add(v.Field(i))
		}
	case reflect.Pointer: // what the host made is not the script's
		if s.first(v) && v.Type().Elem().PkgPath() == "" {
			s.bytes += uint64(v.Type().Elem().Size())
			s.add(v.Elem())
		}
	case reflect.Interface:
		if e := v.Elem(); e.IsValid() {
			s.bytes += uint64(e.Type().Size())
			s.add(e)
		}
	}
}

// first reports whether what v refers to was not counted yet.
func (s *scale) first(v reflect.Value) bool {
	p := v.UnsafePointer()
	if p == nil || s.seen[p] {
		return false
	}
	s.seen[p] = true
	return true
}

func (s *scale) items(v reflect.Value) {
	for i := 0; i < v.Len() && s.left > 0 && refers(v.Type().Elem()); i++ {
		s.add(v.Index(i))
	}
}

func (s *scale) addMap(v reflect.Value) {
	if !s.first(v) {
		return
	}
	key, value := v.Type().Key(), v.Type().Elem()
	s.bytes += uint64(v.Len()) * uint64(key.Size()+value.Size()+1)
	if !refers(key) && !refers(value) {
		return
	}
	for it := v.MapRange(); s.left > 0 && it.Next(); {
		s.add(it.Key())
		s.add(it.Value())
	}
}

// refers reports whether values of a type can hold something beside their own place.
func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return refers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if refers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.String, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	}
	return false
}
