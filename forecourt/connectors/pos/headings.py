"""What columns of a CSV file are called: our field names, and the headings that tills use for them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

REQUIRED: Final = frozenset({"source_ref", "product", "amount"})
CLAIMS: Final = ("card", "phone", "plate", "email", "wechat", "app")

_NAMES: Final = {
    "station": "station station_code site store store_id store_code "
    "油站 加油站 站点 油站编码 站点编码 油站编号 网点 门店 门店编号",
    "source": "source 来源",
    "register": "register register_id pos pos_id till terminal 收银机 收银机号 pos机号 终端号",
    "source_ref": "source_ref reference ref receipt receipt_no receipt_number transaction transaction_id "
    "transaction_no ticket order order_no sale_id 流水号 小票号 交易号 单号 订单号 交易流水号 小票编号",
    "occurred_at": "occurred_at datetime timestamp time_stamp sold_at transaction_time "
    "交易时间 时间 销售时间 日期时间 发生时间 消费时间",
    "date": "date transaction_date 日期 交易日期 销售日期",
    "time": "time time_of_day 时刻 交易时刻",
    "business_date": "business_date business_day trading_day 营业日 营业日期 班日 账务日期",
    "product": "product product_code item item_code sku upc ean barcode plu grade "
    "商品 商品编码 商品编号 商品条码 条码 油品 油品编码 油号 货号",
    "product_name": "product_name item_name description name 商品名称 油品名称 品名",
    "quantity": "quantity qty volume litres liters gallons 数量 升数 加油升数 加油量 油量",
    "unit": "unit uom 单位",
    "unit_price": "unit_price price 单价 销售单价",
    "amount": "amount line_amount line_total sales_amount net_amount 金额 销售金额 实收金额 小计 应收金额",
    "discount": "discount discount_amount 优惠 折扣 优惠金额 折扣金额",
    "total": "total grand_total total_amount 合计 总金额 总计",
    "tender": "tender tender_kind tender_type payment payment_method pay_type mop 支付方式 付款方式 结算方式",
    "tender_amount": "tender_amount paid payment_amount 支付金额 付款金额 实付金额",
    "card": "card card_no card_number member_card loyalty_card 会员卡 会员卡号 卡号 油卡号",
    "phone": "phone mobile telephone 手机 手机号 手机号码 电话",
    "plate": "plate plate_no license_plate number_plate 车牌 车牌号 车牌号码",
    "email": "email e_mail 邮箱 电子邮箱",
    "wechat": "wechat openid open_id 微信",
    "app": "app app_id",
    "customer": "customer customer_id member member_id loyalty_id 客户 会员 会员号",
    "pump": "pump pump_no dispenser nozzle fuel_position 油枪 枪号 加油枪 油枪号 加油机 机号",
    "staff": "staff staff_code cashier cashier_id employee operator 员工 加油员 收银员 员工编号 操作员",
}
_FIELDS: Final = {name: field for field, names in _NAMES.items() for name in names.split()}


def columns_of(headings: Sequence[str], told: Mapping[str, str]) -> dict[str, int]:
    """The place of each field we know in a row. `told` maps our field names to headings and goes first."""
    places = {plain(heading): place for place, heading in reversed(list(enumerate(headings)))}
    found = {field: places[plain(heading)] for field, heading in told.items() if plain(heading) in places}
    taken = set(found.values())
    for name, place in reversed(places.items()):
        field = _FIELDS.get(name)
        if field and field not in found and field not in told and place not in taken:
            found[field] = place
    return found


def plain(heading: str) -> str:
    """A heading without case, spaces and what stands in brackets: "Quantity (L)" is quantity."""
    bare = re.sub(r"[(（\[].*?[)）\]]", "", heading.replace("\ufeff", "")).strip().strip('"').lower()
    return re.sub(r"[\s\-./]+", "_", bare)
