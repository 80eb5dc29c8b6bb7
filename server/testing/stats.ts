/** The parts of GET /stats?format=json that tests look at. */
export interface Stats {
  readonly health: string;
  readonly topics: readonly TopicStats[] | null;
  readonly producers: readonly ClientStats[] | null;
}

export interface TopicStats {
  readonly topic_name: string;
  readonly depth: number;
  readonly backend_depth: number;
  readonly message_count: number;
  readonly message_bytes: number;
  readonly paused: boolean;
  readonly channels: readonly ChannelStats[];
}

export interface ChannelStats {
  readonly channel_name: string;
  readonly depth: number;
  readonly backend_depth: number;
  readonly in_flight_count: number;
  readonly deferred_count: number;
  readonly message_count: number;
  readonly requeue_count: number;
  readonly timeout_count: number;
  readonly client_count: number;
  readonly clients: readonly ClientStats[];
  readonly paused: boolean;
}

export interface ClientStats {
  readonly client_id: string;
  readonly hostname: string;
  readonly remote_address: string;
  readonly state: number;
  readonly ready_count: number;
  readonly in_flight_count: number;
  readonly message_count: number;
  readonly finish_count: number;
  readonly requeue_count: number;
}
