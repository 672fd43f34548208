"""Reading a topic from its beginning to its present end."""

from aiokafka import ConsumerRecord

from marquee.contracts.topics import E, Topic
from marquee.kafka.clients import open_consumer
from marquee.kafka.topic_view import TopicView
from marquee.settings import KafkaSettings

LIMIT_S = 60.0


async def records_on(settings: KafkaSettings, topic: Topic[E]) -> list[ConsumerRecord]:
    """All records, in order within each partition; none if the topic does not exist yet."""
    found: list[ConsumerRecord] = []
    async with open_consumer(settings, [topic], group=None) as consumer:
        view = TopicView(consumer, lambda _, records: found.extend(records), what=topic.name)
        await view.read_to_end(limit_s=LIMIT_S)
    return found


async def events_on(settings: KafkaSettings, topic: Topic[E]) -> list[E]:
    """All events; a record that is not one fails the test."""
    return [topic.parse(record.value) for record in await records_on(settings, topic)]
