import { roundTrips } from './expand-round-trip.ts';

roundTrips(18);
