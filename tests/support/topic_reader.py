"""Reading a topic from its beginning to its present end."""

from aiokafka import ConsumerRecord

from marquee.contracts.topics import E, Topic
from marquee.kafka.clients import open_consumer, topic_name
from marquee.settings import KafkaSettings


async def records_on(settings: KafkaSettings, topic: Topic[E]) -> list[ConsumerRecord]:
    """All records, partition by partition; none where the topic does not exist yet."""
    found: list[ConsumerRecord] = []
    async with open_consumer(settings, [topic], group=None) as consumer:
        partitions = [p for p in consumer.assignment() if p.topic == topic_name(settings, topic.name)]
        ends = await consumer.end_offsets(partitions)
        starts = await consumer.beginning_offsets(partitions)
        behind = {partition for partition, end in ends.items() if end > starts[partition]}
        while behind:
            for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                found += records
                if records[-1].offset + 1 >= ends[partition]:
                    behind.discard(partition)
    return found


async def events_on(settings: KafkaSettings, topic: Topic[E]) -> list[E]:
    """All events; a record that is not one fails the test."""
    return [topic.parse(record.value) for record in await records_on(settings, topic)]
