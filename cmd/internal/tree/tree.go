// Package tree holds no code: its tests hold the source tree to the design. They
// say who may import whom, what the pure packages may touch, who may make a
// permit, and how large things may grow, and they give the reason when they fail.
package tree
