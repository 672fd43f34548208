import type { ComponentType } from "react";
import type { Motif } from "@/lib/poster-art";
import { Balloons, Blobs, Confetti, Notes, Rings } from "./bright";
import { Bolts, Grid, Horizon, Moor, Skyline, Stairs } from "./city";
import { Blinds, Fangs, Keyhole, Spiral, Target } from "./night";
import type { MotifProps } from "./props";
import { Mesa, Orbit, Peaks, Towers } from "./sky";
import { Burst, Chevrons, Curtain, Frames, Lamp } from "./stage";

export const motifComponents: Record<Motif, ComponentType<MotifProps>> = {
  balloons: Balloons,
  blinds: Blinds,
  blobs: Blobs,
  burst: Burst,
  chevrons: Chevrons,
  confetti: Confetti,
  curtain: Curtain,
  fangs: Fangs,
  frames: Frames,
  keyhole: Keyhole,
  lamp: Lamp,
  mesa: Mesa,
  notes: Notes,
  orbit: Orbit,
  peaks: Peaks,
  rings: Rings,
  spiral: Spiral,
  target: Target,
  bolts: Bolts,
  grid: Grid,
  horizon: Horizon,
  moor: Moor,
  skyline: Skyline,
  stairs: Stairs,
  towers: Towers,
};
